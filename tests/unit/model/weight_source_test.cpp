#include "model/weight_source.h"

#include "golden_model.h"
#include "model/umt5_encoder.h"
#include "model/wan_dit.h"
#include "support/temp_folder.h"

namespace studio {
namespace {

// A copy of a golden model with its tensors changed by `edit`.
class EditedModel {
  public:
    template <class F>
    EditedModel(const std::string& name, F&& edit) {
        auto tensors = read_tensors(test::golden_folder(name) / "weights.safetensors");
        edit(tensors);
        write_tensors(path(), tensors);
        std::filesystem::copy_file(test::golden_folder(name) / "config.json", folder_.path() / "config.json");
    }
    std::filesystem::path path() const { return folder_.path() / "weights.safetensors"; }
    checkpoint::Recognised open(checkpoint::Role role) const { return checkpoint::open_as(path(), role).value(); }

  private:
    test::TempFolder folder_;
};

TEST(WeightSource, MapsWithoutCopyWhereTheTypeFits) {
    const auto weights = test::golden_weights("dit/t2v_hd12_b2", checkpoint::Role::kDit);
    const WeightSource source(weights, at::kCPU);
    const auto& info = *std::find_if(weights.tensors.begin(), weights.tensors.end(),
                                     [](const auto& t) { return t.name == "text_embedding.0.weight"; });
    const at::Tensor mapped = source.get(info.name, info.shape, at::kFloat);
    EXPECT_EQ(static_cast<const void*>(mapped.const_data_ptr()),
              static_cast<const void*>(weights.checkpoint->bytes(*info.stored).data()));
    EXPECT_EQ(source.get(info.name, info.shape, at::kBFloat16).scalar_type(), at::kBFloat16);
    EXPECT_TRUE(source.has(info.name));
    EXPECT_FALSE(source.has("none"));
}

TEST(WeightSource, WeightsOutliveTheCheckpoint) {
    auto weights =
        std::make_unique<checkpoint::Recognised>(test::golden_weights("umt5", checkpoint::Role::kTextEncoder));
    const auto encoder = Umt5Encoder::load(*weights, Compute{});
    weights.reset();
    const at::Tensor ids = at::ones({1, 3}, at::kLong);
    EXPECT_TRUE(at::isfinite(encoder->encode(ids, ids)).all().item<bool>());
}

TEST(WeightSource, CountsValuesThatAreNoNumbers) {
    const EditedModel model("dit/t2v_hd12_b2", [](auto& tensors) {
        at::Tensor& bias = tensors.at("blocks.1.ffn.net.2.bias");
        bias = bias.clone();
        bias[0] = std::nan("");
        bias[3] = INFINITY;
    });
    const Error error = test::failure_of([&] { WanDit::load(model.open(checkpoint::Role::kDit), Compute{}); });
    EXPECT_EQ(error.code, ErrorCode::kCorruptFile);
    EXPECT_NE(error.message.find("2"), std::string::npos) << error.message;
    EXPECT_NE((error.message + error.field).find("ffn"), std::string::npos) << error.message;
    EXPECT_NE(error.file.find("weights.safetensors"), std::string::npos);
}

TEST(WeightSource, MissingAndMisshapenTensorsAreNamed) {
    const auto weights = test::golden_weights("umt5", checkpoint::Role::kTextEncoder);
    const WeightSource source(weights, at::kCPU);
    EXPECT_EQ(test::failure_of([&] { source.get("none", {1}, at::kFloat); }).field, "none");
    const Error error = test::failure_of([&] { source.get("norm.weight", {1}, at::kFloat); });
    EXPECT_EQ(error.code, ErrorCode::kCorruptFile);
    EXPECT_NE(error.message.find("[1]"), std::string::npos) << error.message;
}

TEST(WeightSource, AMissingTensorFailsTheLoad) {
    const EditedModel model("dit/t2v_hd12_b2", [](auto& tensors) { tensors.erase("blocks.0.attn1.norm_q.weight"); });
    EXPECT_THROW(WanDit::load(model.open(checkpoint::Role::kDit), Compute{}), Failure);
}

}  // namespace
}  // namespace studio

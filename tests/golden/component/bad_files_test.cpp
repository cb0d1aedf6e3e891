// Damaged and hostile files through the components: exit 3, the error's fields, and nothing written.
#include <gtest/gtest.h>

#include <fstream>

#include "core/json.h"
#include "support/component_run.h"
#include "support/temp_folder.h"
#include "tensor/weights.h"

namespace studio {
namespace {

namespace fs = std::filesystem;
const fs::path kBad = fs::path(STUDIO_TEST_DATA) / "bad";
const fs::path kGolden = fs::path(STUDIO_TEST_DATA) / "golden";

void expect_refused(const test::Outcome& outcome, const std::string& file) {
    EXPECT_EQ(outcome.code, 3) << file << " " << outcome.err;
    EXPECT_TRUE(outcome.out.empty()) << file;
    EXPECT_NE((outcome.field("file") + " " + outcome.field("message")).find(file), std::string::npos) << outcome.err;
    EXPECT_FALSE(outcome.field("message").empty()) << file;
    EXPECT_FALSE(outcome.field("fix").empty()) << file;
}

TEST(ComponentBadFiles, EveryDamagedCheckpointAndTokenizer) {
    const Json expectations = read_json_file(kBad / "expectations.json").value();
    int refused = 0;
    for (const auto& entry : fs::directory_iterator(kBad)) {
        const std::string name = entry.path().filename().string();
        if (!expectations.contains(name)) continue;
        const bool is_tokenizer = name.starts_with("spiece");
        if (name == "config_not_json.json") continue;
        const Json& expected = expectations.at(name);
        const auto outcome = is_tokenizer
                                 ? test::run_component({"tokenize", "--model", entry.path().string(), "--options",
                                                        R"({"text": "a red fox"})", "--json-errors"})
                                 : test::run_component({"weights", "--model", entry.path().string(), "--json-errors"});
        const std::string why = expected.at("why");
        if (expected.at("error").is_null()) {
            EXPECT_EQ(outcome.code, 0) << name << outcome.err;
            EXPECT_EQ(Json::parse(outcome.out).at("kind"), "other");
        } else if (outcome.code != 0 ||
                   (why.find("may") == std::string::npos && why.find("ignored") == std::string::npos)) {
            expect_refused(outcome, name);
            ++refused;
        }
    }
    EXPECT_GE(refused, 65);
}

class ComponentBadModels : public testing::Test {
  protected:
    void SetUp() override {
        fs::copy(kGolden / "layouts/diffusers_sharded/transformer", model(), fs::copy_options::recursive);
        fs::permissions(model() / "config.json", fs::perms::owner_write, fs::perm_options::add);
    }
    fs::path model() const { return folder_.path() / "model"; }
    fs::path out() const { return folder_.path() / "out.safetensors"; }
    test::Outcome run_dit(const fs::path& inputs = kGolden / "layouts/diffusers_sharded.io.safetensors") const {
        auto outcome =
            test::run_component({"dit", "--model", model().string(), "--inputs", inputs.string(), "--outputs",
                                 out().string(), "--options", R"({"prefix": "in."})", "--json-errors"});
        EXPECT_FALSE(fs::exists(out()) && outcome.code != 0);
        return outcome;
    }
    Json config() const { return read_json_file(model() / "config.json").value(); }
    void write_config(const std::string& text) const { std::ofstream(model() / "config.json") << text; }

    test::TempFolder folder_;
};

TEST_F(ComponentBadModels, TheCopyItselfRuns) {
    EXPECT_EQ(run_dit().code, 0);
}

TEST_F(ComponentBadModels, ConfigThatIsNotJson) {
    fs::copy_file(kBad / "config_not_json.json", model() / "config.json", fs::copy_options::overwrite_existing);
    const auto outcome = run_dit();
    expect_refused(outcome, "config.json");
    EXPECT_EQ(outcome.field("code"), "CorruptFile");
}

TEST_F(ComponentBadModels, ConfigThatContradictsTheShapes) {
    Json changed = config();
    changed["ffn_dim"] = changed.at("ffn_dim").get<int>() + 64;
    write_config(changed.dump());
    const auto outcome = run_dit();
    expect_refused(outcome, "config.json");
    EXPECT_EQ(outcome.field("field"), "ffn_dim");
}

TEST_F(ComponentBadModels, MissingShard) {
    const std::string shard = "diffusion_pytorch_model-00002-of-00002.safetensors";
    fs::remove(model() / shard);
    expect_refused(run_dit(), shard);
}

TEST_F(ComponentBadModels, TruncatedShard) {
    const std::string shard = "diffusion_pytorch_model-00002-of-00002.safetensors";
    fs::permissions(model() / shard, fs::perms::owner_write, fs::perm_options::add);
    fs::resize_file(model() / shard, fs::file_size(model() / shard) - 100);
    const auto outcome = run_dit();
    expect_refused(outcome, shard);
    EXPECT_EQ(outcome.field("code"), "CorruptFile");
}

TEST_F(ComponentBadModels, WrongPartNamesWhatItIs) {
    const auto vae = (kGolden / "vae/v21/weights.safetensors").string();
    const auto outcome =
        test::run_component({"dit", "--model", vae, "--inputs",
                             (kGolden / "layouts/diffusers_sharded.io.safetensors").string(), "--json-errors"});
    expect_refused(outcome, vae);
    EXPECT_EQ(outcome.field("code"), "Unsupported");
}

TEST_F(ComponentBadModels, WrongInputsNameTheTensor) {
    auto tensors = read_tensors(kGolden / "layouts/diffusers_sharded.io.safetensors");
    const auto inputs = folder_.path() / "inputs.safetensors";
    const auto refused = [&](const std::string& name, const at::Tensor& wrong) {
        auto changed = tensors;
        changed.erase("in." + name);
        if (wrong.defined()) changed["in." + name] = wrong;
        write_tensors(inputs, changed);
        const auto outcome = run_dit(inputs);
        expect_refused(outcome, inputs.filename().string());
        EXPECT_EQ(outcome.field("field"), name);
    };
    const at::Tensor hidden = tensors.at("in.hidden_states"), context = tensors.at("in.encoder_hidden_states");
    refused("hidden_states", {});
    refused("hidden_states", hidden[0].clone());
    refused("hidden_states", hidden.narrow(1, 0, hidden.size(1) - 1).clone());
    refused("hidden_states", hidden.narrow(3, 0, hidden.size(3) - 1).clone());  // odd height, patches of two
    refused("timestep", at::full({3}, 500.0F));
    refused("timestep", at::full({1}, std::numeric_limits<float>::quiet_NaN()));
    refused("encoder_hidden_states", context.narrow(2, 0, context.size(2) - 1).clone());
}

TEST(ComponentBadInputs, IdsAndLatents) {
    const test::TempFolder folder;
    const auto in = (folder.path() / "in.safetensors").string();
    const auto refused = [&](const std::string& component, const fs::path& model, const std::string& field) {
        const auto outcome =
            test::run_component({component, "--model", model.string(), "--inputs", in, "--json-errors"});
        expect_refused(outcome, in);
        EXPECT_EQ(outcome.field("field"), field);
    };
    const auto encoder = kGolden / "umt5/weights.safetensors", vae = kGolden / "vae/v21/weights.safetensors";
    write_tensors(in, {{"ids", at::full({1, 3}, 1 << 30, at::kLong)}});
    refused("text-encoder", encoder, "ids");
    write_tensors(in, {{"ids", at::full({1, 3}, -1, at::kLong)}});
    refused("text-encoder", encoder, "ids");
    write_tensors(in, {{"ids", at::ones({1, 3}, at::kLong)}, {"mask", at::full({1, 3}, 2, at::kLong)}});
    refused("text-encoder", encoder, "mask");
    write_tensors(in, {{"ids", at::ones({1, 3}, at::kLong)}, {"mask", at::ones({1, 4}, at::kLong)}});
    refused("text-encoder", encoder, "mask");
    write_tensors(in, {{"z_normalised", at::zeros({1, 15, 1, 2, 2})}});
    refused("vae-decode", vae, "z_normalised");
    write_tensors(in, {{"video", at::zeros({1, 3, 4, 16, 16})}});  // not 4k + 1 frames
    refused("vae-encode", vae, "video");
    write_tensors(in, {{"video", at::zeros({1, 3, 5, 17, 16})}});
    refused("vae-encode", vae, "video");
}

}  // namespace
}  // namespace studio

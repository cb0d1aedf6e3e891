#include "model/clip_encoder.h"

#include "random_dit.h"

namespace studio {
namespace {

using test::Tensors;

/// A tower of two blocks, width 24, patches of 4 pixels in a picture of 12, under HF names.
Tensors random_tower() {
    test::Randomness random(3);
    Tensors t;
    const auto layer = [&](const std::string& name, std::int64_t out, std::int64_t in) {
        t[name + ".weight"] = random.normal({out, in}, 0.3);
        t[name + ".bias"] = random.normal({out}, 0.2);
    };
    const auto norm = [&](const std::string& name) {
        t[name + ".weight"] = random.normal({24}, 0.2, 1);
        t[name + ".bias"] = random.normal({24}, 0.2);
    };
    const std::string root = "vision_model.";
    t[root + "embeddings.patch_embedding.weight"] = random.normal({24, 3, 4, 4}, 0.2);
    t[root + "embeddings.class_embedding"] = random.normal({24}, 0.5);
    t[root + "embeddings.position_embedding.weight"] = random.normal({10, 24}, 0.5);
    norm(root + "pre_layrnorm");
    norm(root + "post_layernorm");
    for (int i = 0; i < 2; ++i) {
        const std::string at = root + "encoder.layers." + std::to_string(i) + ".";
        norm(at + "layer_norm1");
        norm(at + "layer_norm2");
        for (const char* part : {"q_proj", "k_proj", "v_proj", "out_proj"})
            layer(at + "self_attn." + part, 24, 24);
        layer(at + "mlp.fc1", 48, 24);
        layer(at + "mlp.fc2", 24, 48);
    }
    return t;
}

constexpr const char* kConfig = R"({"model_type":"clip_vision_model","hidden_size":24,"num_attention_heads":3})";

class Clip : public ::testing::Test {
  protected:
    std::unique_ptr<ClipEncoder> load(const Tensors& tensors, const Compute& compute = {}) {
        return ClipEncoder::load(checkpoint::open_as(files_.write(tensors, kConfig), checkpoint::Role::kClip).value(),
                                 compute);
    }
    test::ModelFiles files_;
    Tensors tower_ = random_tower();
    at::Tensor pixels_ = test::Randomness(4).normal({2, 3, 12, 12}, 1);
};

// The network once more from single operations on the stored tensors.
at::Tensor reference(const Tensors& t, const at::Tensor& pixels, int blocks) {
    const auto at = [&](const std::string& name) { return t.at("vision_model." + name); };
    const auto norm = [&](const at::Tensor& x, const std::string& name) {
        return at::layer_norm(x, {24}, at(name + ".weight"), at(name + ".bias"), 1e-5);
    };
    const auto linear = [&](const at::Tensor& x, const std::string& name) {
        return at::linear(x, at(name + ".weight"), at(name + ".bias"));
    };
    const std::int64_t batch = pixels.size(0);
    const at::Tensor patches =
        at::conv2d(pixels, at("embeddings.patch_embedding.weight"), {}, 4).flatten(2).transpose(1, 2);
    at::Tensor x = at::cat({at("embeddings.class_embedding").expand({batch, 1, 24}), patches}, 1) +
                   at("embeddings.position_embedding.weight");
    x = norm(x, "pre_layrnorm");
    for (int i = 0; i < blocks; ++i) {
        const std::string b = "encoder.layers." + std::to_string(i) + ".";
        const at::Tensor n = norm(x, b + "layer_norm1");
        const auto heads = [&](const char* name) {
            return linear(n, b + "self_attn." + name).view({batch, 10, 3, 8}).transpose(1, 2);
        };
        const at::Tensor weights =
            at::softmax(at::matmul(heads("q_proj"), heads("k_proj").transpose(2, 3)) / std::sqrt(8.0), -1);
        const at::Tensor mixed = at::matmul(weights, heads("v_proj")).transpose(1, 2).reshape({batch, 10, 24});
        x = x + linear(mixed, b + "self_attn.out_proj");
        const at::Tensor m = linear(norm(x, b + "layer_norm2"), b + "mlp.fc1");
        x = x + linear(m * 0.5 * (1 + at::erf(m / std::sqrt(2.0))), b + "mlp.fc2");
    }
    return x;
}

TEST_F(Clip, FeaturesAreTheStateBeforeTheLastBlock) {
    const auto clip = load(tower_);
    const auto encoded = clip->encode(pixels_, true);
    EXPECT_LE(test::relative_error(encoded.features, reference(tower_, pixels_, 1)), 2e-6);
    EXPECT_LE(test::relative_error(encoded.last, reference(tower_, pixels_, 2)), 2e-6);
    EXPECT_FALSE(clip->encode(pixels_).last.defined());
    EXPECT_EQ(clip->config().head_dim, 8);
}

TEST_F(Clip, OfficialFilesFuseTheProjections) {
    Tensors official;
    const auto take = [&](const std::string& to, const std::string& from) {
        official["visual." + to] = tower_.at("vision_model." + from);
    };
    take("patch_embedding.weight", "embeddings.patch_embedding.weight");
    official["visual.cls_embedding"] = tower_.at("vision_model.embeddings.class_embedding").view({1, 1, 24});
    official["visual.pos_embedding"] = tower_.at("vision_model.embeddings.position_embedding.weight").view({1, 10, 24});
    for (const std::string kind : {".weight", ".bias"}) {
        take("pre_norm" + kind, "pre_layrnorm" + kind);
        for (int i = 0; i < 2; ++i) {
            const std::string to = "transformer." + std::to_string(i) + ".",
                              from = "encoder.layers." + std::to_string(i) + ".";
            take(to + "norm1" + kind, from + "layer_norm1" + kind);
            take(to + "norm2" + kind, from + "layer_norm2" + kind);
            take(to + "attn.proj" + kind, from + "self_attn.out_proj" + kind);
            take(to + "mlp.0" + kind, from + "mlp.fc1" + kind);
            take(to + "mlp.2" + kind, from + "mlp.fc2" + kind);
            const auto part = [&](const char* name) {
                return tower_.at("vision_model." + from + "self_attn." + name + kind);
            };
            official["visual." + to + "attn.to_qkv" + kind] = at::cat({part("q_proj"), part("k_proj"), part("v_proj")});
        }
    }
    official["log_scale"] = at::zeros({1});
    official["textual.token_embedding.weight"] = at::zeros({3, 3});
    const auto encoded = load(official)->encode(pixels_, true);
    EXPECT_LE(test::relative_error(encoded.features, reference(tower_, pixels_, 1)), 2e-6);
    EXPECT_LE(test::relative_error(encoded.last, reference(tower_, pixels_, 2)), 2e-6);
}

TEST_F(Clip, ReducedPrecisionStaysNear) {
    const auto encoded = load(tower_, {at::kCPU, Precision::kBF16})->encode(pixels_, true);
    EXPECT_EQ(encoded.features.scalar_type(), at::kFloat);
    EXPECT_LE(test::relative_error(encoded.features, reference(tower_, pixels_, 1)), 3e-2);
}

TEST_F(Clip, PreparesWithoutCropAndWithoutAntialias) {
    const auto clip = load(tower_);
    // A constant picture stays constant: only mean and deviation remain.
    const at::Tensor grey = clip->prepare(at::full({30, 50, 3}, 128, at::kByte));
    ASSERT_EQ(grey.sizes(), (std::vector<std::int64_t>{1, 3, 12, 12}));
    EXPECT_NEAR(grey[0][0][5][5].item<double>(), (128 / 255.0 - 0.48145466) / 0.26862954, 1e-5);
    EXPECT_NEAR(grey[0][2][11][0].item<double>(), (128 / 255.0 - 0.40821073) / 0.27577711, 1e-5);
    // Both halves of a wide picture arrive: the aspect is not kept and nothing is cut off.
    at::Tensor wide = at::zeros({12, 48, 3}, at::kByte);
    wide.slice(1, 24).fill_(255);
    const at::Tensor squashed = clip->prepare(wide)[0][1];
    EXPECT_LT(squashed[6][1].item<double>(), -1.7);
    EXPECT_GT(squashed[6][10].item<double>(), 1.9);
    // Without antialias a stripe between the sampled positions leaves no trace: column 4 i + 1.5 reads 4 i ... 4 i + 3,
    // a = -0.75. With it, all columns would weigh in.
    at::Tensor lines = at::zeros({12, 96, 3}, at::kByte);
    for (std::int64_t x = 0; x < 96; x += 8)
        lines.slice(1, x, x + 1).fill_(255);
    const at::Tensor seen = clip->prepare(lines)[0][1];
    EXPECT_LE((seen - seen[0][0]).abs().max().item<double>(), 1e-5);
    EXPECT_NEAR(seen[0][0].item<double>(), -0.4578275 / 0.26130258, 1e-5);
}

TEST_F(Clip, RefusesWhatItCannotRead) {
    const auto clip = load(tower_);
    EXPECT_EQ(test::failure_of([&] { clip->encode(at::zeros({1, 3, 12, 16})); }).field, "pixel_values");
    EXPECT_EQ(test::failure_of([&] { clip->encode(at::zeros({3, 12, 12})); }).field, "pixel_values");
    EXPECT_EQ(test::failure_of([&] { clip->prepare(at::zeros({4, 4, 4}, at::kByte)); }).field, "image");
    EXPECT_EQ(test::failure_of([&] { clip->prepare(at::zeros({4, 4, 3})); }).field, "image");
    std::stop_source stop;
    stop.request_stop();
    EXPECT_EQ(test::failure_of([&] { clip->encode(pixels_, false, stop.get_token()); }).code, ErrorCode::kCancelled);
    Tensors broken = tower_;
    broken.at("vision_model.encoder.layers.0.mlp.fc1.bias")[3] = NAN;
    EXPECT_EQ(test::failure_of([&] { load(broken); }).code, ErrorCode::kCorruptFile);
}

}  // namespace
}  // namespace studio

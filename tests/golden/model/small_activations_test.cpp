// A wrong epsilon hides behind activations of size 1. Here they are about 1e-3, so that the variance equals the epsilon
// of every norm (tests/data/golden/small_activations/make.py made the expected values with diffusers and transformers).
#include "golden.h"
#include "model/umt5_encoder.h"
#include "model/wan_dit.h"
#include "support/temp_folder.h"

namespace studio {
namespace {

constexpr double kFactor = 0x1p-10;
constexpr double kBound = 2e-5;

// The golden network `name` with the tensors whose names contain one of `parts` scaled by kFactor.
checkpoint::Recognised scaled(const test::TempFolder& folder, const std::string& name, checkpoint::Role role,
                              const std::vector<std::string>& parts) {
    golden::Tensors tensors = read_tensors(golden::folder(name) / "weights.safetensors");
    for (auto& [key, value] : tensors) {
        const auto is_in_key = [&](const std::string& part) { return key.find(part) != std::string::npos; };
        if (std::any_of(parts.begin(), parts.end(), is_in_key)) value = value * kFactor;
    }
    write_tensors(folder / "weights.safetensors", tensors);
    std::filesystem::copy_file(golden::folder(name) / "config.json", folder / "config.json");
    return checkpoint::open_as(folder / "weights.safetensors", role).value();
}

TEST(SmallActivations, EveryEpsilonOfTheDit) {
    const test::TempFolder folder;
    const auto weights = scaled(folder, "dit/i2v21_hd24", checkpoint::Role::kDit,
                                {"patch_embedding.", "image_embedder.ff.net.2.", ".to_q.", ".to_k.", ".add_k_proj.",
                                 ".to_out.0.", ".ffn.net.2."});
    const golden::Tensors io = golden::inputs("dit/i2v21_hd24");
    const auto dit = WanDit::load(weights, Compute{});
    const auto context =
        dit->prepare(io.at("encoder_hidden_states"), 0, io.at("encoder_hidden_states_image") * kFactor);
    const at::Tensor got = dit->forward(io.at("hidden_states"), io.at("timestep"), *context);
    golden::expect_close(got, golden::inputs("small_activations").at("dit.output"), kBound, "dit");
}

TEST(SmallActivations, EveryEpsilonOfTheTextEncoder) {
    const test::TempFolder folder;
    const auto weights =
        scaled(folder, "umt5", checkpoint::Role::kTextEncoder, {"shared.", ".SelfAttention.o.", ".DenseReluDense.wo."});
    const golden::Tensors io = golden::inputs("umt5");
    const at::Tensor want = golden::inputs("small_activations").at("umt5.row0");
    const at::Tensor ids = io.at("a.ids").slice(0, 0, 1).slice(1, 0, want.size(1));
    const auto encoder = Umt5Encoder::load(weights, Compute{});
    golden::expect_close(encoder->encode(ids, at::ones_like(ids)), want, kBound, "umt5");
}

}  // namespace
}  // namespace studio

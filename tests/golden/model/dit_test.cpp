// The DiT of every kind against diffusers (tests/data/golden/README-networks.md).
#include "model/wan_dit.h"

#include "golden.h"

namespace studio {
namespace {

constexpr double kBound = 2e-5;

class DitGolden : public ::testing::TestWithParam<const char*> {
  protected:
    at::Tensor run(WanDit& dit, const golden::Tensors& io, std::int64_t pad_to) const {
        std::optional<at::Tensor> image;
        if (io.contains("encoder_hidden_states_image")) image = io.at("encoder_hidden_states_image");
        const auto context = dit.prepare(io.at("encoder_hidden_states"), pad_to, image);
        return dit.forward(io.at("hidden_states"), io.at("timestep"), *context);
    }
};

TEST_P(DitGolden, Fp32MatchesDiffusers) {
    const std::string name = std::string("dit/") + GetParam();
    const golden::Tensors io = golden::inputs(name);
    const auto dit = WanDit::load(golden::weights(name, checkpoint::Role::kDit), Compute{});
    golden::expect_close(run(*dit, io, 0), io.at("output"), kBound, "output");
    if (io.contains("output_ctx_padded512")) {
        golden::expect_close(run(*dit, io, 512), io.at("output_ctx_padded512"), kBound, "output_ctx_padded512");
    }
}

TEST_P(DitGolden, Bf16StaysNear) {
    const std::string name = std::string("dit/") + GetParam();
    const golden::Tensors io = golden::inputs(name);
    const auto dit = WanDit::load(golden::weights(name, checkpoint::Role::kDit), {at::kCPU, Precision::kBF16});
    golden::expect_close(run(*dit, io, 0), io.at("output"), 3e-2, "output in bf16");
}

INSTANTIATE_TEST_SUITE_P(Kinds, DitGolden,
                         ::testing::Values("t2v_hd12_b2", "i2v21_hd24", "i2v22_hd24", "ti2v5b_hd24", "flf2v_hd64"),
                         [](const auto& entry) { return std::string(entry.param); });

}  // namespace
}  // namespace studio

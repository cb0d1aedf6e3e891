// The text encoder against transformers (tests/data/golden/README-networks.md).
#include "model/umt5_encoder.h"

#include "golden.h"

namespace studio {
namespace {

constexpr double kBound = 2e-5;

at::Tensor real_rows(const at::Tensor& hidden, const at::Tensor& mask) {
    return hidden * mask.to(at::kFloat).unsqueeze(2);
}

class Umt5Golden : public ::testing::TestWithParam<const char*> {};

TEST_P(Umt5Golden, MatchesTransformers) {
    const golden::Tensors io = golden::inputs("umt5");
    const auto encoder = Umt5Encoder::load(golden::weights("umt5", checkpoint::Role::kTextEncoder), Compute{});
    const std::string prefix = GetParam();
    const at::Tensor mask = io.at(prefix + ".mask");
    const at::Tensor got = encoder->encode(io.at(prefix + ".ids"), mask);
    golden::expect_close(got, real_rows(io.at(prefix + ".last_hidden_state"), mask), kBound, "last_hidden_state");
    if (io.contains(prefix + ".context")) {
        golden::expect_close(got, io.at(prefix + ".context"), kBound, "context");
    }
    const at::Tensor alone = io.at(prefix + ".row0_unpadded");
    golden::expect_close(got[0].slice(0, 0, alone.size(1)).unsqueeze(0), alone, kBound, "row0_unpadded");
}

INSTANTIATE_TEST_SUITE_P(Batches, Umt5Golden, ::testing::Values("a", "b"),
                         [](const auto& entry) { return std::string(entry.param); });

TEST(Umt5Golden, Bf16StaysNear) {
    const golden::Tensors io = golden::inputs("umt5");
    const auto encoder =
        Umt5Encoder::load(golden::weights("umt5", checkpoint::Role::kTextEncoder), {at::kCPU, Precision::kBF16});
    golden::expect_close(encoder->encode(io.at("a.ids"), io.at("a.mask")), io.at("a.context"), 3e-2, "context in bf16");
}

}  // namespace
}  // namespace studio

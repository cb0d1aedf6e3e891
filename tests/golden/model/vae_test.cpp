// Both VAEs against diffusers (tests/data/golden/README-networks.md).
#include "model/wan_vae.h"

#include "golden.h"

namespace studio {
namespace {

constexpr double kBound = 5e-5;

struct Case {
    const char* name;
    int frames, latents;
};

class VaeGolden : public ::testing::TestWithParam<Case> {
  protected:
    std::string name() const { return std::string("vae/") + GetParam().name; }
};

TEST_P(VaeGolden, Encodes) {
    const golden::Tensors io = golden::inputs(name());
    const auto vae = WanVae::load(golden::weights(name(), checkpoint::Role::kVae), Compute{});
    const std::string prefix = "encode" + std::to_string(GetParam().frames) + ".";
    const WanVae::Encoded got = vae->encode(io.at("video").slice(2, 0, GetParam().frames));
    golden::expect_close(got.mean, io.at(prefix + "mean"), kBound, "mean");
    golden::expect_close(got.logvar, io.at(prefix + "logvar"), kBound, "logvar");
    golden::expect_close(got.z_normalised, io.at(prefix + "z_normalised"), kBound, "z_normalised");
}

TEST_P(VaeGolden, Decodes) {
    const golden::Tensors io = golden::inputs(name());
    const auto vae = WanVae::load(golden::weights(name(), checkpoint::Role::kVae), Compute{});
    std::vector<at::Tensor> parts;
    vae->decode(io.at("z_normalised").slice(2, 0, GetParam().latents),
                [&](const at::Tensor& frames) { parts.push_back(frames.clone()); });
    ASSERT_EQ(parts.size(), static_cast<std::size_t>(GetParam().latents));
    EXPECT_EQ(parts[0].size(2), 1);
    EXPECT_EQ(parts[1].size(2), 4);
    const std::string key = "decode" + std::to_string(GetParam().latents) + ".frames";
    golden::expect_close(at::cat(parts, 2), io.at(key), kBound, "frames");
}

INSTANTIATE_TEST_SUITE_P(Kinds, VaeGolden, ::testing::Values(Case{"v21", 17, 5}, Case{"v22", 9, 3}),
                         [](const auto& entry) { return std::string(entry.param.name); });

}  // namespace
}  // namespace studio

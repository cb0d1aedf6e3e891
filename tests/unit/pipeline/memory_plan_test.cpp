// The prediction against figures of the specification, for networks of the published sizes without their weights.
#include "pipeline/memory_plan.h"

#include <gtest/gtest.h>

#include <array>

namespace studio::pipeline {
namespace {

/// Parts whose weights are one make-believe tensor of the published number of values.
class FakeModel {
  public:
    FakeModel() {
        parts_.dit_config.dim = 1536;
        parts_.dit_config.ffn_dim = 8960;
        parts_.dit_config.num_heads = 12;
        parts_.dit_config.num_layers = 30;
        parts_.dit.tensors = {{"dit", {1'418'996'800}, &info_}};
        parts_.vae.tensors = {{"vae", {126'892'531}, &info_}};
        parts_.text_encoder.emplace().tensors = {{"text", {5'680'910'336}, &info_}};
    }
    const ModelParts& parts() const { return parts_; }

  private:
    io::TensorInfo info_;
    ModelParts parts_;
};

TEST(MemoryPlan, WeightsFollowThePrecision) {
    const FakeModel model;
    const auto bf16 = plan_memory(model.parts(), {832, 480, 81}, true, std::uint64_t{64} << 30);
    const auto fp32 = plan_memory(model.parts(), {832, 480, 81}, false, std::uint64_t{64} << 30);
    EXPECT_NEAR(double(bf16.dit_weights), 2.84e9, 0.01e9);
    EXPECT_NEAR(double(fp32.dit_weights), 5.68e9, 0.01e9);
    EXPECT_NEAR(double(bf16.text_weights), 11.36e9, 0.01e9);
    EXPECT_EQ(bf16.vae_weights, fp32.vae_weights);  // the VAE always runs in fp32
}

TEST(MemoryPlan, DecodingFollowsThePictureAndNotTheLength) {
    const FakeModel model;
    const auto short_clip = plan_memory(model.parts(), {1280, 720, 5}, true, std::uint64_t{64} << 30);
    const auto long_clip = plan_memory(model.parts(), {1280, 720, 81}, true, std::uint64_t{64} << 30);
    EXPECT_EQ(short_clip.decode_work, long_clip.decode_work);
    EXPECT_GT(double(long_clip.decode_work), 13e9);  // wan.md 10.3: 15 to 18 GB with the weights
    EXPECT_LT(double(long_clip.decode_work), 19e9);
    EXPECT_GT(long_clip.denoise_work, short_clip.denoise_work * 8);
}

TEST(MemoryPlan, LittleMemoryMeansOneStageAtATime) {
    const FakeModel model;
    const auto roomy = plan_memory(model.parts(), {832, 480, 81}, true, std::uint64_t{128} << 30);
    const auto tight = plan_memory(model.parts(), {832, 480, 81}, true, std::uint64_t{16} << 30);
    EXPECT_TRUE(roomy.keeps_all);
    EXPECT_FALSE(tight.keeps_all);
    EXPECT_LT(tight.peak, roomy.peak);
    EXPECT_GE(tight.peak, tight.text_weights);
}

}  // namespace
}  // namespace studio::pipeline

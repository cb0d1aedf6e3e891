// The plans against figures of the specification, for networks of the published sizes without their weights.
#include "pipeline/memory_plan.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "model/vae_window.h"
#include "pipeline/stage_memory.h"

namespace studio::pipeline {
namespace {

constexpr std::uint64_t kGB = 1'000'000'000;

/// The published 1.3B model: configurations as published, weights as one tensor per block of the published size.
class FakeModel {
  public:
    explicit FakeModel(io::DType stored = io::DType::kBF16) {
        info_.dtype = stored;
        info_.nbytes = 1'000'000;  // used for block types only; the others follow from the shape
        parts_.dit_config.dim = 1536;
        parts_.dit_config.ffn_dim = 8960;
        parts_.dit_config.num_heads = 12;
        parts_.dit_config.num_layers = 30;
        for (int i = 0; i < 30; ++i)
            add(parts_.dit, "blocks." + std::to_string(i) + ".ffn.0.weight", {46'399'488});
        add(parts_.dit, "text_embedding.0.weight", {25'800'000});
        add(parts_.vae, "decoder.conv2.weight", {126'892'531});
        parts_.text_config.emplace();
        parts_.text_config->d_model = 4096;
        parts_.text_config->num_heads = 64;
        parts_.text_config->d_ff = 10240;
        parts_.text_config->num_layers = 24;
        parts_.text_encoder.emplace();
        for (int i = 0; i < 24; ++i)
            add(*parts_.text_encoder, "blocks." + std::to_string(i) + ".ffn.fc1.weight", {192'937'984});
        add(*parts_.text_encoder, "token_embedding.weight", {256'384, 4096});
    }
    std::vector<MemoryPlan> plans(const PlanInputs& in) const { return memory_plans(parts_, in); }

  private:
    void add(checkpoint::Recognised& part, const std::string& name, std::vector<std::int64_t> shape) {
        part.tensors.push_back({name, std::move(shape), &info_});
    }
    io::TensorInfo info_;
    ModelParts parts_;
};

PlanInputs inputs(int width, int height, int frames, int element_bytes) {
    PlanInputs in;
    in.shape = {width, height, frames};
    in.element_bytes = element_bytes;
    in.program_bytes = 150u << 20;
    return in;
}

const StageBytes& stage(const MemoryPlan& plan, MemoryStage which) {
    return *std::find_if(plan.stages.begin(), plan.stages.end(), [&](const auto& s) { return s.stage == which; });
}

TEST(MemoryPlan, StoredTypeDecidesWhatIsMappedAndWhatIsOwned) {
    const FakeModel model;
    const MemoryPlan same = model.plans(inputs(832, 480, 81, 2))[1], other = model.plans(inputs(832, 480, 81, 4))[1];
    // wan.md 10.1: 2.84 GB in bf16; the text encoder without its embedding table 9.26 GB.
    EXPECT_NEAR(double(stage(same, MemoryStage::kDenoise).host.mapped), 2.84e9, 0.01e9);
    EXPECT_NEAR(double(stage(same, MemoryStage::kText).host.mapped), 9.26e9, 0.01e9);
    EXPECT_EQ(stage(other, MemoryStage::kDenoise).host.mapped, 0u);
    EXPECT_GT(stage(other, MemoryStage::kDenoise).host.owned, 5'600'000'000u);
}

TEST(MemoryPlan, DecodingFollowsThePictureAndNotTheLength) {
    checkpoint::VaeConfig vae;
    // wan.md 10.3: caches 8.72 GB at 720p, about 15 GB with the fullest layer.
    const auto whole = decode_stage_bytes(vae, 90, 160);
    EXPECT_GT(double(whole), 12e9);
    EXPECT_LT(double(whole), 19e9);
    EXPECT_NEAR(double(decode_stage_bytes(vae, 60, 104)) / double(whole), 60.0 * 104 / (90 * 160), 0.01);
    const FakeModel model;
    const auto short_clip = model.plans(inputs(1280, 720, 65, 2))[1],
               long_clip = model.plans(inputs(1280, 720, 161, 2))[1];
    EXPECT_EQ(stage(short_clip, MemoryStage::kDecode).host.owned, stage(long_clip, MemoryStage::kDecode).host.owned);
    EXPECT_GT(stage(long_clip, MemoryStage::kDenoise).host.owned,
              2 * stage(short_clip, MemoryStage::kDenoise).host.owned - 3 * kGB / 2);
}

TEST(MemoryPlan, EveryWayCostsMoreTimeAndSavesSomewhere) {
    const FakeModel model;
    const auto plans = model.plans(inputs(1280, 720, 81, 2));
    ASSERT_GT(plans.size(), 6u);
    EXPECT_TRUE(plans[0].choice.keeps_all);
    EXPECT_TRUE(plans[0].price.empty());
    for (std::size_t i = 1; i < plans.size(); ++i) {
        EXPECT_FALSE(plans[i].choice.keeps_all) << i;
        EXPECT_FALSE(plans[i].price.empty()) << i;
        EXPECT_LT(plans[i].host.all(), plans[0].host.all()) << i;
    }
    EXPECT_NE(plans[2].words.find("2 bands"), std::string::npos) << plans[2].words;
    EXPECT_NE(plans[2].price.find("% more"), std::string::npos) << plans[2].price;
    EXPECT_TRUE(plans.back().choice.streams_blocks);
    EXPECT_LT(plans.back().host.all(), plans[1].host.all() / 3);
}

TEST(MemoryPlan, TheFirstThatFitsIsTaken) {
    const FakeModel model;
    const auto plans = model.plans(inputs(832, 480, 81, 2));
    const auto choice = [&](std::uint64_t host, std::uint64_t idle) -> MemoryChoice {
        const auto i = first_that_fits(plans, {host, 0, idle}, false);
        return i < plans.size() ? plans[i].choice : MemoryChoice{false, false, 0};
    };
    EXPECT_TRUE(choice(64 * kGB, 64 * kGB).keeps_all);
    EXPECT_EQ(choice(64 * kGB, 10 * kGB), (MemoryChoice{false, false, 1}));  // half is for others when it waits
    EXPECT_EQ(choice(12 * kGB, 12 * kGB), (MemoryChoice{false, false, 1}));
    EXPECT_TRUE(choice(8 * kGB, 8 * kGB).streams_blocks);
    EXPECT_GT(choice(3 * kGB, 3 * kGB).decode_bands, 1);
    EXPECT_EQ(choice(1 * kGB, 1 * kGB).decode_bands, 0);  // nothing fits
}

TEST(MemoryPlan, ASmallerWayForTheStageThatFailed) {
    const FakeModel model;
    const auto plans = model.plans(inputs(832, 480, 81, 2));
    const auto next = [&](std::size_t i, MemoryStage which) { return next_smaller(plans, i, which); };
    EXPECT_EQ(next(0, MemoryStage::kText), 1u);
    EXPECT_TRUE(plans[next(1, MemoryStage::kText)].choice.streams_blocks);
    EXPECT_TRUE(plans[next(1, MemoryStage::kDenoise)].choice.streams_blocks);
    EXPECT_EQ(plans[next(1, MemoryStage::kDecode)].choice.decode_bands, 2);
    // To release small other parts would not help a decode that is large by itself.
    const auto small = FakeModel(io::DType::kQ8_0).plans(inputs(832, 480, 81, 2));
    EXPECT_EQ(small[next_smaller(small, 0, MemoryStage::kDecode)].choice.decode_bands, 2);
    EXPECT_EQ(next(plans.size() - 1, MemoryStage::kDecode), plans.size());
}

TEST(MemoryPlan, OnAGraphicsCardTheWeightsAreThere) {
    const FakeModel model;
    PlanInputs in = inputs(832, 480, 81, 2);
    in.is_cuda = true;
    const auto plans = model.plans(in);
    EXPECT_GT(plans[0].device, 19 * kGB);
    EXPECT_LT(plans[0].host.all(), 3 * kGB);
    EXPECT_EQ(plans[0].host.mapped, 0u);
    const auto i = first_that_fits(plans, {64 * kGB, 8 * kGB, 64 * kGB}, true);
    ASSERT_LT(i, plans.size());
    EXPECT_LE(plans[i].device, 8 * kGB);
    EXPECT_EQ(first_that_fits(plans, {64 * kGB, kGB, 64 * kGB}, true), plans.size());
}

TEST(MemoryPlan, QuantisedWeightsStayAsTheyAreStored) {
    const FakeModel model(io::DType::kQ8_0);
    const MemoryPlan plan = model.plans(inputs(832, 480, 81, 4))[1];
    EXPECT_EQ(stage(plan, MemoryStage::kDenoise).host.mapped, 31'000'000u);  // as the make-believe file says
    EXPECT_LT(stage(plan, MemoryStage::kDenoise).host.owned, 4 * kGB);
}

TEST(VaeWindow, BandsCoverThePictureAndNeedMoreThanTheirOwnRows) {
    const checkpoint::VaeConfig vae;
    std::int64_t next = 0;
    for (int i = 0; i < 7; ++i) {
        const RowRange band = band_rows(60, 7, i);
        EXPECT_EQ(band.begin, next);
        next = band.end;
        const DecoderRows rows = decoder_rows(vae, 60, band);
        EXPECT_EQ(rows.out, (RowRange{8 * band.begin, 8 * band.end}));
        EXPECT_EQ(rows.levels.size(), 4u);
        EXPECT_LE(rows.levels[0].end, 60);
        EXPECT_EQ(rows.levels[3].begin, std::max<std::int64_t>(0, rows.out.begin - 7));
        // Doubled rows see one row more on each side, then six convolutions of three.
        EXPECT_EQ(rows.levels[2].begin, std::max<std::int64_t>(0, rows.levels[3].begin / 2 - 7));
        EXPECT_EQ(rows.levels[2].end, std::min<std::int64_t>(240, (rows.levels[3].end + 1) / 2 + 7));
    }
    EXPECT_EQ(next, 60);
    EXPECT_DOUBLE_EQ(decode_cost(vae, 60, 1), 1.0);
    EXPECT_GT(decode_cost(vae, 60, 4), decode_cost(vae, 60, 2));
    EXPECT_LT(decode_cost(vae, 60, 4), 2.0);
}

}  // namespace
}  // namespace studio::pipeline

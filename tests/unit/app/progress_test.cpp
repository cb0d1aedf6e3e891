// Fractions and time left on a clock of the test's own.
#include "app/progress.h"

#include <gtest/gtest.h>

namespace studio {
namespace {

class Progress : public testing::Test {
  protected:
    ProgressTracker tracker(const StageWork& work) {
        return ProgressTracker(
            1, work, speeds_, [this](const StageProgress& p) { seen_.push_back(p); }, [this] { return time_; });
    }
    /// A job of 1 s load, 0.5 s text, 4 s denoise, 8 s decode, 0.5 s save.
    void run_job() {
        auto t = tracker(kWork);
        const auto stage = [&](Stage which, int units, double seconds) {
            t.begin(which, units);
            for (int i = 1; i <= units; ++i) {
                time_ += seconds / units;
                t.update(i, double(i) / units);
            }
            t.end();
        };
        stage(Stage::kLoad, 3, 1);
        stage(Stage::kText, 1, 0.5);
        stage(Stage::kDenoise, 4, 4);
        stage(Stage::kDecode, 5, 8);
        stage(Stage::kSave, 1, 0.5);
        times_ = t.times();
    }

    static constexpr StageWork kWork = {1e9, 1e10, 0, 1e11, 1e11, 1e7};  // no image
    double time_ = 100;
    StageSpeeds speeds_;
    std::vector<StageProgress> seen_;
    std::vector<StageTime> times_;
};

TEST_F(Progress, TheFractionNeverFallsAndEndsAtOne) {
    run_job();
    run_job();
    double last = 0;
    JobId jobs = 0;
    for (const StageProgress& p : seen_) {
        if (p.stage == Stage::kLoad && p.done == 0) last = 0, ++jobs;
        EXPECT_GE(p.fraction, last);
        EXPECT_LE(p.fraction, 1);
        last = p.fraction;
    }
    EXPECT_EQ(jobs, 2u);
    EXPECT_EQ(seen_.back().fraction, 1);
}

TEST_F(Progress, NothingIsPromisedBeforeItIsMeasured) {
    run_job();
    for (const StageProgress& p : seen_) {
        if (p.stage == Stage::kLoad || p.stage == Stage::kText) {
            EXPECT_FALSE(p.left_s.has_value());
        }
    }
    EXPECT_FALSE(seen_.front().left_s.has_value());
}

TEST_F(Progress, TheSecondJobKnowsTheTruth) {
    run_job();
    seen_.clear();
    speeds_.use("");  // the same key
    const double start = time_;
    run_job();
    for (const StageProgress& p : seen_) {
        ASSERT_TRUE(p.left_s.has_value());
        EXPECT_NEAR(*p.left_s, 14 - p.elapsed_s, 0.6) << to_string(p.stage) << p.done;
    }
    EXPECT_NEAR(time_ - start, 14, 1e-9);
    speeds_.use("another model");
    EXPECT_FALSE(speeds_.seconds(Stage::kDecode, 1).has_value());
}

TEST_F(Progress, DenoisingTellsTheTimeOfDecoding) {
    run_job();
    for (const StageProgress& p : seen_) {
        if (p.stage != Stage::kDenoise || p.done != 2) continue;
        // 2 s left here; decoding is as many operations, taken at one and a half the time.
        ASSERT_TRUE(p.left_s.has_value());
        EXPECT_NEAR(*p.left_s, 2 + 6, 0.1);
    }
}

TEST_F(Progress, AtMostTwentyASecondBesideFirstAndLast) {
    auto t = tracker(kWork);
    t.begin(Stage::kDenoise, 1000);
    for (int i = 1; i <= 1000; ++i) {
        time_ += 0.001;
        t.update(i, i / 1000.0);
    }
    t.end();
    EXPECT_LE(seen_.size(), 22u);
    EXPECT_GE(seen_.size(), 15u);
    EXPECT_EQ(seen_.back().done, 1000);
}

TEST_F(Progress, TimesAreOncePerStageInOrderAndBorrowedTimeCountsOnce) {
    run_job();
    ASSERT_EQ(times_.size(), 5u);
    EXPECT_NEAR(times_[2].seconds, 4, 1e-9);
    auto t = tracker(kWork);
    t.begin(Stage::kDenoise, 1);
    time_ += 3;
    t.add_time(Stage::kLoad, 2);  // two of the three were loading
    t.end();
    ASSERT_EQ(t.times().size(), 2u);
    EXPECT_NEAR(t.times()[0].seconds, 2, 1e-9);
    EXPECT_NEAR(t.times()[1].seconds, 1, 1e-9);
}

}  // namespace
}  // namespace studio

// Memory that runs out in any stage: answered once by a smaller way, then told with numbers; the next job works.
#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <gmock/gmock.h>

#include "app/clip.h"
#include "app/job_runner.h"
#include "app/latents_request.h"
#include "engine_fixture.h"
#include "pipeline/generator.h"
#include "tensor/activation_cache.h"
#include "tensor/torch_compat.h"

namespace studio {
namespace {

using ::testing::HasSubstr;

/// In front of the program's own allocator; the n-th allocation from now on fails, and so many after it.
class FailingAllocator final : public c10::Allocator {
  public:
    static FailingAllocator& install() {
        static FailingAllocator* const instance = [] {
            use_activation_cache();
            auto* made = new FailingAllocator(c10::GetCPUAllocator());
            c10::SetCPUAllocator(made, 2);
            return made;
        }();
        return *instance;
    }
    c10::DataPtr allocate(std::size_t bytes) override {
        if (wait_ >= 0 && wait_-- == 0) {
            if (--failures_ > 0) wait_ = 0;
            ++failed_;
            if (is_device_error_) TORCH_CHECK_WITH(OutOfMemoryError, false, "CUDA out of memory. Tried to allocate");
            if (is_bad_alloc_) throw std::bad_alloc();
            TORCH_CHECK(false, "DefaultCPUAllocator: can't allocate memory: you tried to allocate ", bytes, " bytes.");
        }
        return next_->allocate(bytes);
    }
    c10::DeleterFnPtr raw_deleter() const override { return next_->raw_deleter(); }
    void copy_data(void* to, const void* from, std::size_t count) const override { std::memcpy(to, from, count); }

    void fail_after(int allocations, int times = 1) {
        wait_ = allocations;
        failures_ = times;
        failed_ = 0;
    }
    void stop() { wait_ = -1; }
    int failed() const { return failed_; }
    bool is_device_error_ = false, is_bad_alloc_ = false;

  private:
    explicit FailingAllocator(c10::Allocator* next) : next_(next) {}
    c10::Allocator* next_;
    std::atomic<int> wait_ = -1, failures_ = 0, failed_ = 0;
};

class OutOfMemory : public test::EngineTest {
  protected:
    ~OutOfMemory() override {
        allocator_.stop();
        allocator_.is_device_error_ = allocator_.is_bad_alloc_ = false;
    }

    /// Runs one job; `allocator_` is armed when `stage` begins.
    Result<JobResult> run(Stage stage, int allocations, int times) {
        job_ = prepare_job(request(), models_).value();
        events_.clear();
        bool is_armed = false;
        JobRunner runner(1, job_, memory_, stop_.get_token(), [&](Event event) {
            const auto* progress = std::get_if<StageProgress>(&event);
            if (progress != nullptr && progress->stage == stage && !is_armed && times > 0) {
                is_armed = true;
                allocator_.fail_after(allocations, times);
            }
            events_.push_back(std::move(event));
        });
        auto result = runner.run();
        latents_ = runner.latents_path();
        allocator_.stop();
        return result;
    }
    std::vector<Frame> frames(const Result<JobResult>& result) {
        EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().message + " / " + result.error().fix);
        return result.ok() ? read_clip(path_from_utf8(result->output_path)).value().frames : std::vector<Frame>();
    }
    void expect_same(const std::vector<Frame>& got, const std::vector<Frame>& want) {
        ASSERT_EQ(got.size(), want.size());
        for (std::size_t i = 0; i < got.size(); ++i)
            EXPECT_EQ(got[i].rgb, want[i].rgb) << i;
    }

    FailingAllocator& allocator_ = FailingAllocator::install();
    ModelCache models_;
    PreparedJob job_;
    EngineMemory memory_;
    std::stop_source stop_;
    std::filesystem::path latents_;
};

struct Place {
    Stage stage;
    const char* words;
};
class InEveryStage : public OutOfMemory, public testing::WithParamInterface<Place> {};

TEST_P(InEveryStage, OneFailureIsAnsweredByASmallerWay) {
    const auto want = frames(run(GetParam().stage, 0, 0));
    for (const int allocations : {0, 31}) {
        memory_.generator->unload();
        memory_.generator->forget_texts();
        const auto result = run(GetParam().stage, allocations, 1);
        EXPECT_EQ(allocator_.failed(), 1) << allocations;
        expect_same(frames(result), want);
        ASSERT_TRUE(result.ok());
        EXPECT_THAT(result->resolved.notices, testing::Contains(HasSubstr("in a smaller way")));
    }
}

TEST_P(InEveryStage, WithoutEndItIsToldWithNumbersAndTheNextJobWorks) {
    const auto want = frames(run(GetParam().stage, 0, 0));
    memory_.generator->unload();
    memory_.generator->forget_texts();
    const auto failed = run(GetParam().stage, 0, 1 << 20);
    ASSERT_FALSE(failed.ok());
    const Error& error = failed.error();
    EXPECT_EQ(error.code, ErrorCode::kOutOfMemory);
    EXPECT_THAT(error.message, HasSubstr(GetParam().words));
    EXPECT_THAT(error.message, testing::ContainsRegex("[0-9.]+ MB are needed"));
    EXPECT_THAT(error.message, testing::ContainsRegex("[0-9.]+ GB are free"));
    EXPECT_THAT(error.fix, HasSubstr("would fit with"));
    EXPECT_EQ(latents_.empty(), GetParam().stage != Stage::kDecode);
    EXPECT_EQ(left_over().size(), GetParam().stage == Stage::kDecode ? 1u : 0u);
    expect_same(frames(run(GetParam().stage, 0, 0)), want);
}

INSTANTIATE_TEST_SUITE_P(Stages, InEveryStage,
                         testing::Values(Place{Stage::kText, "encoding the prompt"},
                                         Place{Stage::kDenoise, "denoising"},
                                         Place{Stage::kDecode, "decoding the pictures"}),
                         [](const auto& entry) { return std::string(to_string(entry.param.stage)); });

TEST_F(OutOfMemory, EveryKindOfFailureIsKnown) {
    allocator_.is_device_error_ = true;
    EXPECT_TRUE(run(Stage::kDenoise, 3, 1).ok());
    EXPECT_EQ(allocator_.failed(), 1);
    allocator_.is_device_error_ = false;
    allocator_.is_bad_alloc_ = true;
    memory_.generator->unload();
    EXPECT_TRUE(run(Stage::kDenoise, 3, 1).ok());
    EXPECT_EQ(allocator_.failed(), 1);
}

TEST_F(OutOfMemory, LatentsOfAFailedDecodeBecomeTheSameVideo) {
    const auto want = frames(run(Stage::kDecode, 0, 0));
    ASSERT_FALSE(run(Stage::kDecode, 0, 1 << 20).ok());
    ASSERT_FALSE(latents_.empty());
    auto request = latents_request(latents_);
    ASSERT_TRUE(request.ok()) << request.error().message;
    EXPECT_EQ(request->prompt, "a red fox");
    request->output = path_to_utf8(folder_ / "finished.mp4");
    job_ = prepare_job(*request, models_).value();
    EngineMemory fresh;
    events_.clear();
    JobRunner runner(2, job_, fresh, stop_.get_token(), [&](Event event) { events_.push_back(std::move(event)); });
    const auto result = runner.run();
    expect_same(frames(result), want);
    EXPECT_FALSE(fresh.generator->is_loaded(pipeline::Part::kTransformer));
    EXPECT_FALSE(fresh.generator->is_loaded(pipeline::Part::kTextEncoder));
    EXPECT_TRUE(left_over().empty());  // they have served
    // The recipe is the one that the whole run would have written.
    const auto recipe = read_recipe(path_from_utf8(result->output_path));
    ASSERT_TRUE(recipe.ok());
    EXPECT_TRUE(recipe->request.latents.empty());
    EXPECT_EQ(recipe->request.seed, 1);
    EXPECT_TRUE(recipe->document["times"].contains("denoise"));
}

TEST_F(OutOfMemory, LatentsAreToldAsSoonAsTheyAreKept) {
    std::string kept;
    bool was_there = false;
    job_ = prepare_job(request(), models_).value();
    JobRunner runner(1, job_, memory_, stop_.get_token(), [&](Event event) {
        const auto* latents = std::get_if<LatentsKept>(&event);
        if (latents == nullptr) return;
        kept = latents->path;
        was_there = std::filesystem::exists(path_from_utf8(kept));
    });
    ASSERT_TRUE(runner.run().ok());
    EXPECT_TRUE(was_there);
    EXPECT_FALSE(std::filesystem::exists(path_from_utf8(kept)));
}

}  // namespace
}  // namespace studio

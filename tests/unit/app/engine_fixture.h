// The real engine on a tiny model, with every event kept.
#pragma once
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "app/engine_client.h"
#include "core/text.h"
#include "support/temp_folder.h"

namespace studio::test {

class EngineTest : public testing::Test {
  protected:
    EngineTest() { setenv("STUDIO_HOME", (folder_ / "home").c_str(), 1); }
    ~EngineTest() override {
        engine_.reset();
        unsetenv("STUDIO_HOME");
    }

    void start(const EngineOptions& options = {.threads = 1}) {
        engine_ = make_engine(options);
        engine_->set_wakeup([this] {
            std::lock_guard lock(mutex_);
            is_awake_ = true;
            bell_.notify_one();
        });
    }
    GenerationRequest request(std::int64_t seed = 1) const {
        GenerationRequest r;
        r.model = path_to_utf8(std::filesystem::path(STUDIO_TEST_DATA) / "golden/pipelines/t2v");
        r.prompt = "a red fox";
        r.width = 48;
        r.height = 32;
        r.num_frames = 9;
        r.steps = 2;
        r.sampler = "unipc";
        r.guidance = 1;
        r.seed = seed;
        r.device = "cpu";
        r.precision = "fp32";
        r.output = path_to_utf8(folder_ / "v.mp4");
        return r;
    }
    JobId submit(const GenerationRequest& r) {
        const auto id = engine_->submit(r);
        EXPECT_TRUE(id.ok()) << (id.ok() ? "" : id.error().message);
        return id.ok() ? *id : 0;
    }
    /// Drain until `until` is true for some event, a minute at most. Hands every event to `on_event` first.
    template <class Until>
    bool drain(Until until, const std::function<void(const Event&)>& on_event = {}) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        for (;;) {
            bool is_done = false;
            for (Event& event : engine_->take_events()) {
                if (on_event) on_event(event);
                is_done |= until(event);
                events_.push_back(std::move(event));
            }
            if (is_done) return true;
            std::unique_lock lock(mutex_);
            if (!bell_.wait_until(lock, deadline, [&] { return is_awake_; })) return false;
            is_awake_ = false;
        }
    }
    /// The event that ends job `id`.
    Event finish(JobId id, const std::function<void(const Event&)>& on_event = {}) {
        Event end = JobQueued{};
        const bool is_there = drain(
            [&](const Event& event) {
                const bool is_end = is_end_of(event, id);
                if (is_end) end = event;
                return is_end;
            },
            on_event);
        EXPECT_TRUE(is_there) << "job " << id << " did not end";
        return end;
    }
    static bool is_end_of(const Event& event, JobId id) {
        if (const auto* e = std::get_if<JobFinished>(&event)) return e->id == id;
        if (const auto* e = std::get_if<JobFailed>(&event)) return e->id == id;
        if (const auto* e = std::get_if<JobCancelled>(&event)) return e->id == id;
        return false;
    }
    /// Files of the kind that must not stay behind: parts of videos, latents.
    std::vector<std::string> left_over() const {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path())) {
            const std::string name = path_to_utf8(entry.path().filename());
            if (entry.path().parent_path() == folder_ / "home/state")
                continue;  // hashes are stored while the engine idles
            if (name.ends_with(".part") || name.ends_with(".safetensors") || name.starts_with(".turbo-studio"))
                names.push_back(name);
        }
        return names;
    }

    TempFolder folder_;
    std::unique_ptr<EngineClient> engine_;
    std::vector<Event> events_;

  private:
    std::mutex mutex_;
    std::condition_variable bell_;
    bool is_awake_ = false;
};

}  // namespace studio::test

// app/progress.h - one job's progress: a fraction that never falls and the time left, measured and not guessed.
#pragma once
#include <array>
#include <chrono>
#include <functional>
#include <optional>
#include <vector>

#include "app/events.h"
#include "app/resolve.h"

namespace studio {

inline constexpr std::size_t kStages = 6;

/// Amount of work per stage, in units that only compare within a stage: bytes, operations, pixels.
using StageWork = std::array<double, kStages>;
StageWork stage_work(const PreparedJob& job, bool needs_load, bool needs_text);

/// Seconds per unit of work as measured by earlier jobs of this process with the same model and threads.
class StageSpeeds {
  public:
    /// Another key forgets everything.
    void use(const std::string& key);
    void measured(Stage stage, double seconds, double work);
    std::optional<double> seconds(Stage stage, double work) const;

  private:
    std::string key_;
    std::array<double, kStages> seconds_per_unit_{};  // 0: unknown
};

/// Threads   one.
class ProgressTracker {
  public:
    using Clock = std::function<double()>;  // seconds, monotonic
    using Emit = std::function<void(const StageProgress&)>;

    ProgressTracker(JobId id, const StageWork& work, StageSpeeds& speeds, Emit emit, Clock clock = {});

    void begin(Stage stage, int total);
    /// `share` of the stage, 0 to 1; `done` in its units. Passed on at most 20 times a second.
    void update(int done, double share);
    void end();
    /// Time of something that belongs to `stage` but happens inside another one.
    void add_time(Stage stage, double seconds);

    const std::vector<StageTime> times() const;  // of the stages that ran, in order
    double elapsed_s() const { return now() - start_; }
    double now() const { return clock_(); }

  private:
    void emit(int done, double share);
    std::optional<double> left_s(double share) const;

    JobId id_;
    StageWork work_;
    StageSpeeds& speeds_;
    Emit emit_;
    Clock clock_;
    std::array<double, kStages> weight_{};   // expected share of the whole job
    std::array<double, kStages> seconds_{};  // measured
    std::array<bool, kStages> has_run_{};
    std::size_t stage_ = 0;
    int total_ = 0;
    double start_ = 0, stage_start_ = 0, borrowed_ = 0, last_emit_ = -1, fraction_ = 0;
};

}  // namespace studio

// cli/progress.h - events of a job as lines for a person: one live line on a terminal, a line per stage and step
// elsewhere.
#pragma once
#include <optional>
#include <set>
#include <string>

#include "app/events.h"
#include "cli/output.h"

namespace studio::cli {

/// "step 2 of 4", "latent frame 3 of 5", ...
std::string stage_text(const StageProgress& progress);
/// The live line: stage, unit, share of the whole job, time left. At most `width` - 1 columns.
std::string progress_line(const StageProgress& progress, int width);

class ProgressPrinter {
  public:
    ProgressPrinter(Output& output, bool is_live) : output_(output), is_live_(is_live) {}
    void show(const Event& event);

  private:
    void show_progress(const StageProgress& progress);
    void show_notices(const std::vector<std::string>& notices);
    Output& output_;
    bool is_live_;
    std::string last_;  // plain mode repeats nothing
    std::set<std::string> shown_;
};

/// "load 0.3 s, text 0.1 s, ... total 4.2 s, peak memory 310.0 MB"
std::string times_text(const JobResult& result);

}  // namespace studio::cli

#include "cli/progress.h"

#include <fmt/format.h>

#include "cli/terminal.h"
#include "core/text.h"

namespace studio::cli {
namespace {

std::string_view stage_words(Stage stage) {
    switch (stage) {
        case Stage::kLoad:
            return "Loading the model";
        case Stage::kText:
            return "Reading the prompt";
        case Stage::kImage:
            return "Reading the image";
        case Stage::kDenoise:
            return "Drawing";
        case Stage::kDecode:
            return "Decoding frames";
        case Stage::kSave:
            break;
    }
    return "Saving the file";
}

std::string_view unit(Stage stage) {
    switch (stage) {
        case Stage::kLoad:
            return "part";
        case Stage::kDenoise:
            return "step";
        case Stage::kDecode:
        case Stage::kImage:
            return "latent frame";
        case Stage::kText:
        case Stage::kSave:
            break;
    }
    return "";
}

}  // namespace

std::string stage_text(const StageProgress& p) {
    const std::string_view counted = unit(p.stage);
    if (p.total <= 0 || counted.empty()) return std::string(stage_words(p.stage));
    return fmt::format("{}: {} {} of {}", stage_words(p.stage), counted, p.done, p.total);
}

std::string progress_line(const StageProgress& p, int width) {
    std::string text = fmt::format("{}, {:.0f} %", stage_text(p), 100 * p.fraction);
    if (p.left_s) text += fmt::format(", {} left", format_seconds(*p.left_s));
    // ASCII only, so bytes are columns; a line that wraps could not be erased.
    if (text.size() > static_cast<std::size_t>(width - 1)) text.resize(static_cast<std::size_t>(width - 1));
    return text;
}

void ProgressPrinter::show_progress(const StageProgress& progress) {
    if (is_live_) {
        output_.live(progress_line(progress, terminal::stderr_width()));
        return;
    }
    const std::string now = stage_text(progress);
    if (now == last_) return;
    last_ = now;
    output_.note(progress_line(progress, 200));
}

void ProgressPrinter::show_notices(const std::vector<std::string>& notices) {
    for (const std::string& notice : notices) {
        if (shown_.insert(notice).second) output_.note("note: " + escape_for_display(notice, 2000));
    }
}

void ProgressPrinter::show(const Event& event) {
    if (const auto* progress = std::get_if<StageProgress>(&event)) {
        show_progress(*progress);
    } else if (const auto* started = std::get_if<JobStarted>(&event)) {
        const ResolvedRequest& r = started->resolved;
        output_.note(fmt::format("{}: {} x {}, {} frames at {} frames/s, {} steps ({}), seed {}, on {} in {}",
                                 r.model_name, r.width, r.height, r.num_frames, format_double(r.fps), r.steps,
                                 r.sampler, r.request.seed, r.device, r.precision));
        show_notices(r.notices);
    } else if (const auto* finished = std::get_if<JobFinished>(&event)) {
        output_.live({});
        show_notices(finished->result.resolved.notices);  // what came up on the way
    } else if (!std::holds_alternative<Preview>(event) && !std::holds_alternative<EngineStateChanged>(event)) {
        output_.live({});
    }
}

std::string times_text(const JobResult& result) {
    std::string text;
    for (const StageTime& time : result.times)
        text += fmt::format("{} {}, ", to_string(time.stage), format_seconds(time.seconds));
    text += fmt::format("total {}", format_seconds(result.total_s));
    if (result.peak_rss_bytes > 0) text += fmt::format("; peak memory {}", format_bytes(result.peak_rss_bytes));
    if (result.output_bytes > 0) text += fmt::format("; file {}", format_bytes(result.output_bytes));
    return text;
}

}  // namespace studio::cli

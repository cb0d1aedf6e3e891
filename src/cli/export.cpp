// export: finished videos in another form.
#include <fmt/format.h>

#include <chrono>

#include "app/export_video.h"
#include "app/unfinished_files.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/run_job_printed.h"
#include "cli/terminal.h"
#include "core/text.h"

namespace studio::cli {
namespace {

std::string keys_of_formats() {
    std::string text;
    for (const ExportFormatInfo& info : export_formats())
        text += fmt::format("{}{}", text.empty() ? "" : "|", info.key);
    return text;
}

Error not_a_choice(const char* flag, const std::string& text, const std::string& choices) {
    return invalid_argument(flag, fmt::format("{} cannot be '{}'.", flag, escape_for_display(text, 60)),
                            fmt::format("Choose one of {}.", choices));
}

Result<int> whole_number(const char* flag, const std::string& text) {
    const auto value = parse_int64(text);
    if (value && *value >= -1'000'000 && *value <= 1'000'000) return static_cast<int>(*value);
    return invalid_argument(flag,
                            fmt::format("{} must be a whole number, not '{}'.", flag, escape_for_display(text, 60)),
                            "Give a number such as 20.");
}

Result<void> set_scale(const std::string& text, ExportRequest& request) {
    if (text == "none") return {};
    if (text == "half") {
        request.is_half = true;
        return {};
    }
    const auto at = text.find('x');
    const auto width = parse_int64(std::string_view(text).substr(0, at));
    const auto height = at == std::string::npos ? std::nullopt : parse_int64(std::string_view(text).substr(at + 1));
    if (!width || !height || *width < 1 || *height < 1 || *width > 100'000 || *height > 100'000)
        return not_a_choice("--scale", text, "none, half, or a size such as 640x360");
    request.width = static_cast<int>(*width);
    request.height = static_cast<int>(*height);
    return {};
}

Result<void> set_numbers(const Invocation& invocation, ExportRequest& request) {
    if (const auto text = invocation.value("--crf")) {
        STUDIO_TRY(value, whole_number("--crf", *text));
        request.crf = value;
    }
    if (const auto text = invocation.value("--loop")) {
        STUDIO_TRY(value, whole_number("--loop", *text));
        request.plays = value;
    }
    if (const auto text = invocation.value("--fps")) {
        const auto value = parse_double(*text);
        if (!value)
            return invalid_argument("--fps",
                                    fmt::format("--fps must be a number, not '{}'.", escape_for_display(*text, 60)),
                                    "Give the frames per second with a point, such as 23.976.");
        request.fps = *value;
    }
    return {};
}

Result<void> set_choices(const Invocation& invocation, ExportRequest& request) {
    if (const auto text = invocation.value("--format")) {
        const auto format = export_format(*text);
        if (!format) return not_a_choice("--format", *text, keys_of_formats());
        request.format = *format;
    }
    if (const auto text = invocation.value("--quality")) {
        const auto quality = export_quality(*text);
        if (!quality) return not_a_choice("--quality", *text, "small, good, high, best");
        request.quality = *quality;
    }
    if (const auto text = invocation.value("--metadata")) {
        const auto metadata = export_metadata(*text);
        if (!metadata) return not_a_choice("--metadata", *text, "keep, label, none");
        if (invocation.has("--strip") && *metadata != ExportMetadata::kNone)
            return invalid_argument("--strip", "--strip and --metadata are both given.", "Give only one of the two.");
        request.metadata = *metadata;
    }
    return {};
}

Result<ExportRequest> request_of(const Invocation& invocation) {
    ExportRequest request;
    STUDIO_TRY_VOID(set_choices(invocation, request));
    STUDIO_TRY_VOID(set_numbers(invocation, request));
    if (const auto text = invocation.value("--scale")) STUDIO_TRY_VOID(set_scale(*text, request));
    if (const auto text = invocation.value("--output")) request.target = path_from_utf8(*text);
    if (invocation.has("--strip")) {
        request.metadata = ExportMetadata::kNone;
        // Nothing else asked: the video itself stays as it is.
        if (!invocation.has("--format")) request.format = ExportFormat::kCopy;
    }
    if (invocation.has("--interpolate")) request.motion = ExportMotion::kInterpolate;
    request.overwrite = invocation.has("--overwrite");
    return request;
}

Json result_json(const ExportResult& result) {
    return {{"event", "finished"},
            {"path", path_to_utf8(result.path)},
            {"bytes", result.bytes},
            {"width", result.width},
            {"height", result.height},
            {"fps", result.fps},
            {"num_frames", result.num_frames},
            {"duration_s", result.duration_s},
            {"notices", result.notices}};
}

/// Tells at most ten times a second.
class ExportPrinter {
  public:
    ExportPrinter(Output& output, bool is_json) : output_(output), is_json_(is_json) {}
    void show(const ExportProgress& progress) {
        const auto now = std::chrono::steady_clock::now();
        if (progress.done < progress.total && now - last_ < std::chrono::milliseconds(100)) return;
        last_ = now;
        if (is_json_)
            output_.json({{"event", "progress"}, {"done", progress.done}, {"total", progress.total}});
        else if (terminal::is_stderr_live())
            output_.live(fmt::format("Exporting, {} %", progress.total > 0 ? 100 * progress.done / progress.total : 0));
    }
    void end() {
        if (!is_json_) output_.live({});
    }

  private:
    Output& output_;
    bool is_json_;
    std::chrono::steady_clock::time_point last_;
};

int export_one(const ExportRequest& request, bool is_json, const std::stop_token& stop, Output& output) {
    ExportPrinter printer(output, is_json);
    const auto result =
        export_video(request, stop, [&printer](const ExportProgress& progress) { printer.show(progress); });
    printer.end();
    if (!result.ok()) {
        print_refusal(result.error(), is_json, output);
        return report_failure(result.error(), output);
    }
    for (const std::string& notice : result->notices)
        output.note("note: " + escape_for_display(notice, 2000));
    if (is_json) {
        output.json(result_json(*result));
        return kDone;
    }
    output.line(path_to_utf8(result->path));
    output.note(fmt::format("{} x {}, {} frames at {} frames/s, {}, {}; no sound", result->width, result->height,
                            result->num_frames, format_double(result->fps), format_seconds(result->duration_s),
                            format_bytes(result->bytes)));
    return kDone;
}

int run_export(const Invocation& invocation, Output& output) {
    const bool is_json = invocation.has("--json");
    auto request = request_of(invocation);
    if (!request.ok()) {
        print_refusal(request.error(), is_json, output);
        return report_failure(request.error(), output);
    }
    std::error_code ec;
    if (invocation.positionals.size() > 1 && !request->target.empty() &&
        !std::filesystem::is_directory(request->target, ec)) {
        const Error error = invalid_argument("output", "Several videos cannot have one name.",
                                             "Give an existing folder as --output, or leave it out.");
        print_refusal(error, is_json, output);
        return report_failure(error, output);
    }
    const std::filesystem::path wanted = request->target;
    remove_unfinished_files();
    const InterruptScope interrupt;
    for (const std::string& video : invocation.positionals) {
        request->source = path_from_utf8(video);
        request->target = wanted;
        // Several folders of pictures: one each inside the one that was given.
        if (invocation.positionals.size() > 1 && request->format == ExportFormat::kPng && !wanted.empty())
            request->target = wanted / path_from_utf8(path_to_utf8(request->source.stem()) + " frames");
        if (const int code = export_one(*request, is_json, interrupt.token(), output); code != kDone) return code;
    }
    return kDone;
}

std::string footer() {
    std::string text = R"(Examples:
  turbo-studio-cli export outputs/cat.mp4 --format gif --fps 10 --scale half
  turbo-studio-cli export outputs/cat.mp4 --strip --output shared.mp4
  turbo-studio-cli export outputs/cat.mp4 --format webm --fps 32 --interpolate
Formats:
)";
    for (const ExportFormatInfo& info : export_formats())
        text += fmt::format("  {:<5} {}\n", info.key, info.is_available ? std::string("ready") : info.reason);
    text += R"(Paths of the new files go to stdout. A taken name becomes "name (2).mp4". Videos of
this program have no sound; the sound of others is left out.)";
    return text;
}

}  // namespace

Command export_command() {
    Command command;
    command.name = "export";
    command.summary = "Make another form of a finished video: H.264, HEVC, WebM, GIF, pictures, or a stripped copy.";
    command.footer = footer();
    command.options = {
        {"--format", keys_of_formats(), "h264 plays everywhere; copy keeps the video data as they are. [h264]"},
        {"--quality", "small|good|high|best", "Trade size for quality. [high]"},
        {"--crf", "N", "Exact quality on the format's own scale instead; 0 is best."},
        {"--fps", "X", "Frames per second; frames are repeated or left out. [as the video]"},
        {"--interpolate", "", "Draw new frames along the movement for a higher --fps; slow."},
        {"--loop", "N", "gif: how often it plays, 0 for ever [0]; others: how often the clip is written [1]."},
        {"--scale", "none|half|WxH", "Size of the picture. [none]"},
        {"--metadata", "keep|label|none",
         "What the file tells: recipe and marks; only that it is AI-generated; nothing. [keep]"},
        {"--strip", "", "Short for --metadata none; without --format a copy with the very same video data."},
        {"--output", "PATH", "File, existing folder, or for png the folder to make. [beside the video]"},
        {"--overwrite", "", "Replace a file that is there, also the video itself."},
        {"--json", "", "One event per line on stdout as JSON."}};
    command.positionals = {{"VIDEO", "Videos: MP4, WebM or GIF.", true, true}};
    command.run = &run_export;
    return command;
}

}  // namespace studio::cli

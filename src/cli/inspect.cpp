// inspect: what a finished video or a recipe tells about itself.
#include "app/inspect.h"

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/output.h"
#include "core/text.h"

namespace studio::cli {
namespace {

std::string plain(const Json& value) {
    if (value.is_array() && !value.empty() && value.front().is_object())
        return fmt::format("{} entries (--json shows them)", value.size());
    if (value.is_string()) return escape_for_display(value.get<std::string>(), 1000);
    if (value.is_number_float()) return format_double(value.get<double>());
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// {"a": {"b": 1}} as "a.b   1".
void print_tree(const std::string& prefix, const Json& value, int depth, Output& output) {
    if (!value.is_object() || depth > 4) {
        output.line(fmt::format("{:<24} {}", escape_for_display(prefix, 200), plain(value)));
        return;
    }
    for (const auto& [key, inner] : value.items())
        print_tree(prefix.empty() ? key : prefix + "." + key, inner, depth + 1, output);
}

void print_report(const Json& report, Output& output) {
    output.line(fmt::format("{:<24} {}", "file", plain(report["file"])));
    output.line(fmt::format("{:<24} {}", "size", format_bytes(report["bytes"].get<std::uint64_t>())));
    if (const auto video = report.find("video"); video != report.end()) {
        output.line(fmt::format("{:<24} {} x {}, {} frames at {} frames/s, {}, {} {} {}", "video",
                                (*video)["width"].dump(), (*video)["height"].dump(), (*video)["num_frames"].dump(),
                                plain((*video)["fps"]), format_seconds((*video)["duration_s"].get<double>()),
                                plain((*video)["codec"]), plain((*video)["pixel_format"]),
                                plain((*video)["color_space"])));
        output.line(
            fmt::format("{:<24} {}", "marked as AI-generated", report["ai_generated"].get<bool>() ? "yes" : "no"));
        print_tree("mark", report["marks"], 0, output);
    }
    if (report.contains("recipe_error"))
        output.line(fmt::format("{:<24} damaged: {}", "recipe", plain(report["recipe_error"])));
    else if (report["recipe"].is_null())
        output.line(fmt::format("{:<24} none", "recipe"));
    if (report["recipe"].is_object()) print_tree("recipe", report["recipe"], 0, output);
    if (report.contains("metadata")) print_tree("metadata", report["metadata"], 0, output);
}

int run_inspect(const Invocation& invocation, Output& output) {
    const bool is_json = invocation.has("--json");
    const auto report = inspect_file(path_from_utf8(invocation.positionals.at(0)));
    if (!report.ok()) {
        if (is_json) output.json({{"error", error_json(report.error())}});
        output.error(report.error());
        return exit_code(report.error().code);
    }
    if (is_json)
        output.json(*report);
    else
        print_report(*report, output);
    return kDone;
}

}  // namespace

Command inspect_command() {
    Command command;
    command.name = "inspect";
    command.summary = "Show the recipe, mark, streams and timings inside a video.";
    command.options = {{"--json", "", "The answer as one JSON object."}};
    command.positionals = {{"FILE", "An MP4, or a recipe JSON.", true}};
    command.run = &run_inspect;
    return command;
}

}  // namespace studio::cli

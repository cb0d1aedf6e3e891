// generate: a prompt, or a recipe, becomes one or more videos.
#include <fmt/format.h>

#include <iostream>
#include <limits>
#include <random>

#include "app/clip.h"
#include "app/engine_client.h"
#include "app/preferred_request.h"
#include "app/settings_table.h"
#include "cli/commands.h"
#include "cli/generate_request.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/run_job_printed.h"
#include "core/text.h"

namespace studio::cli {
namespace {

std::string value_name(const Setting& setting) {
    if (setting.key == "size") return "WxH";
    switch (setting.type) {
        case SettingType::kInt:
            return "N";
        case SettingType::kNumber:
            return "X";
        case SettingType::kPath:
            return "PATH";
        case SettingType::kText:
            return "TEXT";
        case SettingType::kBytes:
            return "SIZE";
        case SettingType::kChoice:
            break;
    }
    return fmt::format("{}", fmt::join(setting.choices, "|"));
}

std::string help_text(const Setting& setting) {
    std::string text(setting.help);
    if (!setting.default_text.empty()) text += fmt::format(" [{}]", setting.default_text);
    return text;
}

void print_plan(const ResolvedRequest& plan, bool is_json, Output& output) {
    Json settings = plan.request.to_json();
    if (is_json) {
        output.json({{"event", "plan"},
                     {"settings", settings},
                     {"model_name", plan.model_name},
                     {"output_path", plan.output_path},
                     {"predicted_peak_bytes", plan.predicted_peak_bytes},
                     {"memory", to_json(plan.memory)},
                     {"notices", plan.notices}});
        return;
    }
    for (const Setting& setting : settings_table()) {
        const std::string key(setting.key);
        if (!settings.contains(key) || settings[key].is_null()) continue;
        const Json& value = settings[key];
        const std::string text = value.is_string()         ? escape_for_display(value.get<std::string>(), 500)
                                 : value.is_number_float() ? format_double(value.get<double>())
                                                           : value.dump();
        output.line(fmt::format("{:<18} {}", setting.flag, text));
    }
    output.line(fmt::format("{:<18} {}", "file", escape_for_display(plan.output_path, 4000)));
    print_memory(plan.memory, output);
    for (const std::string& notice : plan.notices)
        output.note("note: " + escape_for_display(notice, 2000));
}

/// A recipe promises the same frames only with the same model, whatever its name and place.
void note_other_model(const GenerateRequest& wish, const JobResult& result, Output& output) {
    if (wish.recipe_model_sha256.empty()) return;
    const auto made = read_recipe(path_from_utf8(result.output_path));
    const std::string now = made.ok() ? model_sha256(made->document) : std::string();
    if (now.empty() || now == wish.recipe_model_sha256) return;
    output.note("note: this is not the model that the recipe was made with: the frames differ.");
}

int run_all(const GenerateRequest& wish, Output& output) {
    const InterruptScope interrupt;
    const auto engine = make_engine({wish.request.threads});
    int code = kDone;
    for (int i = 0; i < wish.count && code == kDone; ++i) {
        GenerationRequest request = wish.request;
        if (request.seed >= 0) request.seed += i;
        const auto result = run_printed(*engine, request, wish.is_json, interrupt.token(), output);
        if (!result.ok()) {
            code = report_failure(result.error(), output);
            continue;
        }
        if (!wish.is_json) {
            output.line(result->output_path);
            output.note(times_text(*result));
        }
        note_other_model(wish, *result, output);
    }
    engine->shutdown();
    return code;
}

int run_generate(const Invocation& invocation, Output& output) {
    const bool is_json = invocation.has("--json");
    auto wish = generate_request(invocation, std::cin);
    if (!wish.ok()) {
        print_refusal(wish.error(), is_json, output);
        return report_failure(wish.error(), output);
    }
    for (const std::string& notice : wish->notices)
        output.note("note: " + notice);
    use_preferences(wish->request, Preferences::load(Preferences::default_path()));
    if (!wish->is_dry_run) return run_all(*wish, output);
    const auto plan = resolve(wish->request);
    if (!plan.ok()) {
        print_refusal(plan.error(), is_json, output);
        return report_failure(plan.error(), output);
    }
    print_plan(*plan, is_json, output);
    return kDone;
}

}  // namespace

Command generate_command() {
    Command command;
    command.name = "generate";
    command.summary = "Make a video from a prompt.";
    command.footer = R"(Examples:
  turbo-studio-cli generate "a blue star spinning at night"
  turbo-studio-cli generate --prompt "a red ball bouncing" --seed 7 --count 3
  turbo-studio-cli generate --recipe outputs/first.mp4 --seed 8
The file's path goes to stdout, progress and times to stderr. Ctrl-C stops within
a moment, leaves no partial file and exits with 130 (SIGTERM: 143).)";
    for (const Setting& setting : settings_table())
        command.options.push_back(
            {std::string(setting.flag), value_name(setting), help_text(setting), setting.is_list});
    command.options.push_back({"--count", "N", "Make N videos with seed, seed+1, ... [1]"});
    command.options.push_back({"--recipe", "FILE",
                               "Settings of an MP4 made earlier, or of a recipe JSON; options given here win. Its "
                               "output path is never used."});
    command.options.push_back(
        {"--preset", "NAME",
         "draft, balanced, best, or a preset kept in the window; a recipe's values give way to it, "
         "options given here win. 'presets list' shows all."});
    command.options.push_back({"--json", "", "One event per line on stdout as JSON."});
    command.options.push_back(
        {"--dry-run", "", "Decide every value, print the plan and the memory it takes, make nothing."});
    command.positionals.push_back(
        {"PROMPT", "The prompt, instead of --prompt; a single - reads it from standard input (at most 32 KiB)."});
    command.run = &run_generate;
    return command;
}

}  // namespace studio::cli

// presets: what --preset of generate takes, and what it means for a model.
#include <fmt/format.h>

#include "app/model_defaults.h"
#include "app/preset_store.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "core/text.h"

namespace studio::cli {
namespace {

int fail(const Error& error, bool is_json, Output& output) {
    if (is_json) output.json({{"error", error_json(error)}});
    output.error(error);
    return exit_code(error.code);
}

Result<ModelInfo> model_of(const Invocation& invocation) {
    STUDIO_TRY(path, find_model(invocation.value("--model").value_or("")));
    STUDIO_TRY(model, check_model(path));
    state_defaults(model);
    return model;
}

int list(const Invocation& invocation, Output& output) {
    const bool is_json = invocation.has("--json");
    const auto model = model_of(invocation);
    if (!model.ok()) return fail(model.error(), is_json, output);
    const auto own = PresetStore(PresetStore::default_path()).list();
    if (!own.ok()) return fail(own.error(), is_json, output);
    std::vector<Preset> all = built_in_presets(*model);
    all.insert(all.end(), own->presets.begin(), own->presets.end());
    if (is_json) {
        Json entries = Json::array();
        for (const Preset& preset : all)
            entries.push_back({{"name", preset.name}, {"values", preset.values}, {"is_built_in", preset.is_built_in}});
        output.json({{"presets", std::move(entries)}, {"notices", own->notices}});
        return kDone;
    }
    for (const Preset& preset : all)
        output.line(fmt::format(
            "{:<16} {}", escape_for_display(preset.name, 100),
            preset.values.empty()
                ? "the model's own values"
                : escape_for_display(preset.values.dump(-1, ' ', false, Json::error_handler_t::replace), 1000)));
    for (const std::string& notice : own->notices)
        output.note("note: " + escape_for_display(notice, 1000));
    return kDone;
}

int run_presets(const Invocation& invocation, Output& output) {
    const std::string action = invocation.positionals.empty() ? "list" : invocation.positionals.front();
    if (action == "list") return list(invocation, output);
    return fail(invalid_argument("ACTION", fmt::format("presets cannot '{}'.", escape_for_display(action, 60)),
                                 "Use: presets list. Presets are kept and deleted in the window."),
                invocation.has("--json"), output);
}

}  // namespace

Command presets_command() {
    Command command;
    command.name = "presets";
    command.summary = "Show the presets that generate --preset takes.";
    command.footer = R"(Examples:
  turbo-studio-cli presets list
  turbo-studio-cli generate --preset draft "a blue star spinning at night")";
    command.options.push_back({"--model", "PATH", "The model that they are shown for [the bundled demo model]"});
    command.options.push_back({"--json", "", "The list as JSON on stdout."});
    command.positionals.push_back({"ACTION", "list"});
    command.run = &run_presets;
    return command;
}

}  // namespace studio::cli

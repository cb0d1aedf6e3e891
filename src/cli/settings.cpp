// settings: list, read and change the settings of the program, in the file that the window uses too.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/preferences.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "core/text.h"

namespace studio::cli {
namespace {

int fail(const Error& error, const Invocation& invocation, Output& output) {
    if (invocation.has("--json")) output.json({{"error", error_json(error)}});
    output.error(error);
    return exit_code(error.code);
}

const char* type_name(PreferenceType type) {
    switch (type) {
        case PreferenceType::kSwitch:
            return "switch";
        case PreferenceType::kChoice:
            return "choice";
        case PreferenceType::kInt:
            return "whole number";
        case PreferenceType::kBytes:
            return "bytes";
        case PreferenceType::kFolder:
            return "folder";
        case PreferenceType::kKeys:
            return "keys";
        case PreferenceType::kText:
            break;
    }
    return "text";
}

Json value_json(const Preferences& values, std::string_view key) {
    const PreferenceType type = find_preference(key)->type;
    if (type == PreferenceType::kSwitch) return values.is_on(key);
    if (type == PreferenceType::kInt || type == PreferenceType::kBytes) return values.number(key);
    return values.text(key);
}

Json entry_json(const Preferences& values, std::string_view key) {
    const Preference& entry = *find_preference(key);
    Json json = {{"key", key},
                 {"value", value_json(values, key)},
                 {"is_default", values.is_default(key)},
                 {"type", type_name(entry.type)},
                 {"help", entry.help}};
    if (!entry.choices.empty()) json["choices"] = entry.choices;
    if (entry.max > entry.min) json["range"] = {entry.min, entry.max};
    return json;
}

std::vector<std::string> listed_keys(const Preferences& values) {
    std::vector<std::string> keys;
    for (const Preference& one : preferences_table())
        if (!one.is_hidden) keys.emplace_back(one.key);
    for (std::string& key : values.keys_of("shortcuts"))
        keys.push_back(std::move(key));
    return keys;
}

int list(const Preferences& values, const Invocation& invocation, Output& output) {
    if (invocation.has("--json")) {
        Json all = Json::array(), notices = Json::array();
        for (const std::string& key : listed_keys(values))
            all.push_back(entry_json(values, key));
        for (const Error& notice : values.notices())
            notices.push_back(error_json(notice));
        output.json({{"file", path_to_utf8(values.path())}, {"settings", std::move(all)}, {"notices", notices}});
        return kDone;
    }
    for (const std::string& key : listed_keys(values)) {
        const Preference& entry = *find_preference(key);
        output.line(fmt::format(
            "{:<32} {:<20} {}", key, escape_for_display(values.text(key), 200) + (values.is_default(key) ? "" : " *"),
            entry.choices.empty() ? std::string(entry.help)
                                  : fmt::format("{} [{}]", entry.help, fmt::join(entry.choices, ", "))));
    }
    output.note(fmt::format("* changed. The file: {}", escape_for_display(path_to_utf8(values.path()), 4000)));
    return kDone;
}

int get(const Preferences& values, const std::string& key, const Invocation& invocation, Output& output) {
    if (invocation.has("--json"))
        output.json(entry_json(values, key));
    else
        output.line(values.text(key));
    return kDone;
}

Error usage(const std::string& message) {
    return invalid_argument("ACTION", message, "See turbo-studio-cli settings --help.");
}

int run_settings(const Invocation& invocation, Output& output) {
    const std::vector<std::string>& words = invocation.positionals;
    const std::string action = words.empty() ? "list" : words[0];
    const std::size_t most = action == "set" ? 3 : action == "list" ? 1 : 2;
    if (action != "list" && action != "get" && action != "set" && action != "reset")
        return fail(usage(fmt::format("settings has no action '{}'; it has list, get, set and reset.",
                                      escape_for_display(action, 60))),
                    invocation, output);
    if (words.size() > most || (action == "set" && words.size() < 3) || (action == "get" && words.size() < 2))
        return fail(usage(fmt::format("settings {} takes {}.", action,
                                      action == "set"    ? "a key and a value"
                                      : action == "list" ? "nothing more"
                                                         : "one key")),
                    invocation, output);
    Preferences values = Preferences::load(Preferences::default_path());
    for (const Error& notice : values.notices())
        output.note(fmt::format("{} {}", notice.message, notice.fix));
    if (action == "list") return list(values, invocation, output);
    const std::string key = words.size() > 1 ? words[1] : std::string();
    if (!key.empty() && find_preference(key) == nullptr) return fail(values.reset(key).error(), invocation, output);
    Result<void> done;
    if (action == "set") done = values.set(key, words[2]);
    if (action == "reset") done = key.empty() ? values.reset_all() : values.reset(key);
    if (!done.ok()) return fail(done.error(), invocation, output);
    return key.empty() ? list(values, invocation, output) : get(values, key, invocation, output);
}

}  // namespace

Command settings_command() {
    Command command;
    command.name = "settings";
    command.summary = "Show and change the settings of the program, those of the window too.";
    command.footer =
        "settings list                      every setting with its value\n"
        "settings get KEY                   one value\n"
        "settings set KEY VALUE             change it; an open window follows at once\n"
        "settings reset [KEY]               back to the default; without a key all of them\n";
    command.options = {{"--json", "", "The answer as one JSON object."}};
    command.positionals = {{"ACTION", "list, get, set or reset. [list]"},
                           {"KEY", "Such as performance.threads."},
                           {"VALUE", "The new value."}};
    command.run = &run_settings;
    return command;
}

}  // namespace studio::cli

#include "app/preferences.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/preferences_check.h"
#include "core/file_lock.h"
#include "core/files.h"
#include "core/log.h"
#include "core/platform.h"
#include "core/text.h"
#include "io/atomic_file.h"

namespace studio {
namespace fs = std::filesystem;
namespace {

constexpr JsonLimits kLimits{256 * 1024, 8};

Error notice(std::string key, std::string message, std::string fix) {
    return Error{ErrorCode::kCorruptFile, std::move(message), {}, std::move(key), std::move(fix), {}};
}

const Preference& entry(std::string_view key) {
    if (const Preference* found = find_preference(key)) return *found;
    throw Failure(internal_error(fmt::format("There is no setting named {}.", key)));
}

/// The text of a stored value, or nothing when it is not what the setting takes.
std::optional<std::string> text_of(std::string_view key, const Json& value) {
    std::string text;
    switch (entry(key).type) {
        case PreferenceType::kSwitch:
            if (!value.is_boolean()) return std::nullopt;
            text = value.get<bool>() ? "on" : "off";
            break;
        case PreferenceType::kInt:
        case PreferenceType::kBytes:
            if (!value.is_number_integer()) return std::nullopt;
            text = value.dump();
            break;
        default:
            if (!value.is_string()) return std::nullopt;
            text = value.get<std::string>();
    }
    const auto checked = check_preference(key, text);
    return checked.ok() ? std::optional(*checked) : std::nullopt;
}

Json json_of(std::string_view key, const std::string& text) {
    switch (entry(key).type) {
        case PreferenceType::kSwitch:
            return text == "on";
        case PreferenceType::kInt:
        case PreferenceType::kBytes:
            return parse_int64(text).value_or(0);
        default:
            return text;
    }
}

using Values = std::map<std::string, std::string, std::less<>>;

/// What the file says, without what is unknown; a wrong value is left out and said.
Values read_values(const Json& file, std::vector<Error>& notices) {
    Values values;
    for (const auto& [group, members] : file.items()) {
        const bool is_ours = group == "shortcuts" || std::any_of(preferences_table().begin(), preferences_table().end(),
                                                                 [&](const auto& one) { return one.group() == group; });
        if (!is_ours) continue;
        if (!members.is_object()) {
            notices.push_back(notice(group, fmt::format("The settings of \"{}\" are not a group of values.", group),
                                     "Their defaults are used."));
            continue;
        }
        for (const auto& [name, value] : members.items()) {
            const std::string key = group + "." + name;
            if (find_preference(key) == nullptr) continue;
            if (auto text = text_of(key, value))
                values[key] = std::move(*text);
            else
                notices.push_back(notice(
                    key,
                    fmt::format("The setting {} cannot be {}.", key,
                                escape_for_display(value.dump(-1, ' ', false, Json::error_handler_t::replace), 80)),
                    "Its default is used until you change it."));
        }
    }
    return values;
}

/// A damaged file is kept beside the new one, so that nothing is lost without a word.
Error set_aside(const fs::path& file, const Error& why) {
    std::string fix = "The defaults are used.";
    for (int n = 1; n < 1000; ++n) {
        fs::path aside = file;
        aside += n == 1 ? std::string(".damaged") : fmt::format(".damaged-{}", n);
        const auto moved = platform::rename_no_replace(file, aside);
        if (!moved.ok()) break;
        if (!*moved) continue;
        fix = fmt::format("The defaults are used; the old file is kept as {}.",
                          escape_for_display(path_to_utf8(aside.filename())));
        break;
    }
    Error said = notice({}, fmt::format("The file of settings cannot be used: {}", why.message), std::move(fix));
    said.file = path_to_utf8(file);
    return said;
}

/// The file's object; an empty one when there is none or it is of no use.
Json read_file(const fs::path& file, std::vector<Error>& notices) {
    auto json = read_json_file(file, kLimits);
    if (!json.ok() && json.error().code == ErrorCode::kNotFound) return Json::object();
    if (json.ok() && json->is_object()) return std::move(*json);
    if (json.ok())
        notices.push_back(set_aside(file, notice({}, "it does not hold an object.", {})));
    else if (json.error().code == ErrorCode::kCorruptFile)
        notices.push_back(set_aside(file, json.error()));
    else
        notices.push_back(notice({}, json.error().message, "The defaults are used. " + json.error().fix));
    return Json::object();
}

}  // namespace

fs::path Preferences::default_path() {
    return platform::user_config_dir() / "settings.json";
}

Preferences Preferences::load(const fs::path& file) {
    Preferences preferences;
    preferences.path_ = file;
    preferences.values_ = read_values(read_file(file, preferences.notices_), preferences.notices_);
    for (const Error& one : preferences.notices_)
        log::warning("settings: {} {}", one.message, one.fix);
    return preferences;
}

const std::string* Preferences::find(std::string_view key) const {
    const auto found = values_.find(key);
    return found == values_.end() ? nullptr : &found->second;
}

std::string Preferences::text(std::string_view key) const {
    const Preference& preference = entry(key);
    const std::string* const value = find(key);
    return value ? *value : std::string(preference.default_text);
}

bool Preferences::is_on(std::string_view key) const {
    return text(key) == "on";
}

std::int64_t Preferences::number(std::string_view key) const {
    return parse_int64(text(key)).value_or(0);
}

bool Preferences::is_default(std::string_view key) const {
    return text(key) == entry(key).default_text;
}

std::vector<std::string> Preferences::keys_of(std::string_view group) const {
    std::vector<std::string> keys;
    for (const auto& [key, value] : values_)
        if (key.starts_with(std::string(group) + ".")) keys.push_back(key);
    return keys;
}

Result<void> Preferences::set(std::string_view key, std::string_view text) {
    STUDIO_TRY(value, check_preference(key, text));
    const bool is_default = value == entry(key).default_text;
    return write({{std::string(key), is_default ? std::nullopt : std::optional(value)}});
}

Result<void> Preferences::reset(std::string_view key) {
    STUDIO_TRY_VOID(check_preference_key(key));
    return write({{std::string(key), std::nullopt}});
}

Result<void> Preferences::reset_all() {
    Changes changes;
    for (const Preference& preference : preferences_table())
        if (!preference.is_hidden) changes[std::string(preference.key)] = std::nullopt;
    for (const std::string& key : keys_of("shortcuts"))
        changes[key] = std::nullopt;
    return write(changes);
}

Result<void> Preferences::write(const Changes& changes) {
    if (!path_.empty()) {
        STUDIO_TRY(turn, FileLock::lock_beside(path_));
        Json file = read_file(path_, notices_);
        for (const auto& [key, value] : changes) {
            const auto dot = key.find('.');
            Json& group = file[key.substr(0, dot)];
            if (!group.is_object()) group = Json::object();
            if (value)
                group[key.substr(dot + 1)] = json_of(key, *value);
            else
                group.erase(key.substr(dot + 1));
        }
        STUDIO_TRY_VOID(io::write_text_file(path_, file.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"));
    }
    for (const auto& [key, value] : changes) {
        if (value)
            values_[key] = *value;
        else
            values_.erase(key);
    }
    return {};
}

std::vector<std::string> Preferences::refresh() {
    if (path_.empty()) return {};
    std::vector<Error> ignored;
    auto json = read_json_file(path_, kLimits);
    if (!json.ok() && json.error().code != ErrorCode::kNotFound) return {};  // the next write says what is wrong
    const Json file = json.ok() && json->is_object() ? std::move(*json) : Json::object();
    Values fresh = read_values(file, ignored);
    std::vector<std::string> changed;
    for (const auto& [key, value] : fresh)
        if (const std::string* old = find(key); !old || *old != value) changed.push_back(key);
    for (const auto& [key, value] : values_)
        if (!fresh.contains(key)) changed.push_back(key);
    values_ = std::move(fresh);
    return changed;
}

}  // namespace studio

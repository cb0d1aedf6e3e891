// app/preferences.h - settings of the program (not of one video), declared once: window, command line and check read
// this table. The file is user_config_dir()/settings.json.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "core/result.h"

namespace studio {

enum class PreferenceType { kSwitch, kChoice, kInt, kBytes, kText, kFolder, kKeys };

struct Preference {
    std::string_view key;  // "general.language": group and name; in the file {"general": {"language": ...}}
    PreferenceType type = PreferenceType::kText;
    double min = 0, max = 0;                     // kInt, kBytes: inclusive
    std::vector<std::string_view> choices = {};  // kChoice
    std::string_view default_text = {};          // "on", "system", "0", ""
    std::string_view unit = {};                  // "minutes", ""
    std::string_view label = {};                 // English; a window translates it in the context "studio::Preference"
    std::string_view help = {};                  // one or two plain sentences, translated likewise
    bool needs_restart = false;
    bool is_hidden = false;  // kept for the program itself; in no window and no list
    std::string_view group() const { return key.substr(0, key.find('.')); }
};

/// In the order of the window. Groups: general, folders, downloads, performance, output, notifications.
std::span<const Preference> preferences_table();
/// Null when there is none. "shortcuts.<id>" (id of [a-z0-9_.-], at most 60) is always one: keys of a command as
/// portable text ("Ctrl+Return; Ctrl+Enter"), empty for the command's own ones, "none" for no keys.
const Preference* find_preference(std::string_view key);

/// The settings file and its values. Never refuses to start: a file that cannot be read is set aside, a wrong value is
/// replaced by its default, and notices() says both. Keys that this version does not know stay in the file.
///
/// Every change is written at once and atomically. Programs that change it at the same time take turns (FileLock
/// beside the file), and each writes only the key that it changes.
/// Threads   one; backend functions take the values that they need beforehand.
class Preferences {
  public:
    /// platform::user_config_dir() / "settings.json"
    static std::filesystem::path default_path();

    /// Defaults, kept in memory alone (tests, a preview).
    Preferences() = default;
    static Preferences load(const std::filesystem::path& file);

    /// What was wrong with the file: `field` is the key, `message` names the value, `fix` what was done.
    const std::vector<Error>& notices() const { return notices_; }
    /// Empty: in memory alone.
    const std::filesystem::path& path() const { return path_; }

    // Precondition: `key` is in the table (throws Failure(kInternal) otherwise); shortcuts count.
    std::string text(std::string_view key) const;     // every type, as set() takes it
    bool is_on(std::string_view key) const;           // kSwitch
    std::int64_t number(std::string_view key) const;  // kInt, kBytes
    bool is_default(std::string_view key) const;
    /// Keys of a group that is not in the table, such as "shortcuts", which have a value.
    std::vector<std::string> keys_of(std::string_view group) const;

    /// Change one value: switches take on/off (true/false, yes/no), bytes an optional unit (kB MB GB KiB MiB GiB).
    /// Errors  InvalidArgument with `field` = key: no such key (nearest ones named), or what the value must be; Io
    /// (also `field` "lock"): not stored, and then not changed either.
    Result<void> set(std::string_view key, std::string_view text);
    Result<void> reset(std::string_view key);
    Result<void> reset_all();
    /// Read what another program wrote; the keys whose values are different now.
    std::vector<std::string> refresh();

  private:
    using Values = std::map<std::string, std::string, std::less<>>;  // key -> canonical text, without defaults

    /// Nothing as value: back to the default.
    using Changes = std::map<std::string, std::optional<std::string>>;
    Result<void> write(const Changes& changes);
    const std::string* find(std::string_view key) const;

    std::filesystem::path path_;
    Values values_;
    std::vector<Error> notices_;
};

/// What a name pattern may hold: {date} {time} {seed} {model} {prompt} {source}; other text stays as it is.
/// Errors  InvalidArgument (`field` "output.name_pattern"): an unknown or open place holder, a path, an empty name.
Result<void> check_name_pattern(std::string_view pattern);

}  // namespace studio

#include "app/preferences_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "core/text.h"

namespace studio {
namespace {

constexpr std::size_t kMaxTextBytes = 4096;
constexpr std::size_t kMaxPatternBytes = 200;

std::string shown(std::string_view text) {
    return fmt::format("'{}'", escape_for_display(text, 80));
}

Error refused(std::string_view key, std::string_view text, const std::string& must_be, std::string fix) {
    return invalid_argument(std::string(key), fmt::format("{} must be {}, not {}.", key, must_be, shown(text)),
                            std::move(fix));
}

Result<std::string> check_switch(std::string_view key, std::string_view text) {
    for (const std::string_view yes : {"on", "true", "yes", "1"})
        if (text == yes) return std::string("on");
    for (const std::string_view no : {"off", "false", "no", "0"})
        if (text == no) return std::string("off");
    return refused(key, text, "on or off", "Write on or off.");
}

Result<std::string> check_choice(const Preference& preference, std::string_view text) {
    for (const std::string_view choice : preference.choices)
        if (choice == text) return std::string(text);
    const std::string all = fmt::format("{}", fmt::join(preference.choices, ", "));
    return refused(preference.key, text, "one of " + all, "Choose one of: " + all + ".");
}

Result<std::string> check_number(const Preference& preference, std::string_view text) {
    const bool is_bytes = preference.type == PreferenceType::kBytes;
    std::optional<double> value;
    if (is_bytes)
        value = parse_bytes(text);
    else if (const auto whole = parse_int64(text))
        value = static_cast<double>(*whole);
    if (value && *value >= preference.min && *value <= preference.max)
        return fmt::format("{}", static_cast<std::int64_t>(*value));
    if (is_bytes)
        return refused(preference.key, text, "an amount of memory such as 12GB or 900MB",
                       "Give a number with kB, MB, GB, KiB, MiB or GiB; 0 means no limit.");
    const std::string range =
        fmt::format("a whole number from {} to {}", format_double(preference.min), format_double(preference.max));
    return refused(preference.key, text, range, "Give " + range + ".");
}

/// One line of valid UTF-8 without control characters or marks that change the direction of writing.
Result<void> check_line(std::string_view key, std::string_view text) {
    const bool is_plain =
        !invalid_utf8_at(text) && text.size() <= kMaxTextBytes && escape_for_display(text, kMaxTextBytes) == text;
    if (is_plain) return {};
    return refused(key, text, "one line of ordinary text", "Type it again without special characters.");
}

Result<std::string> check_mirror(std::string_view key, std::string_view text) {
    std::string value(text);
    while (value.ends_with('/'))
        value.pop_back();
    const bool is_address = value.starts_with("https://") && value.size() > 8 && value.find(' ') == value.npos;
    if (value.empty() || is_address) return value;
    return refused(key, text, "an address that begins with https://",
                   "Write it as https://host, or leave it empty for huggingface.co.");
}

Result<std::string> check_proxy(std::string_view key, std::string_view text) {
    if (text.empty()) return std::string();
    for (const std::string_view scheme : {"http://", "https://", "socks5://", "socks5h://", "socks4://", "socks4a://"})
        if (text.starts_with(scheme) && text.size() > scheme.size() && text.find(' ') == text.npos)
            return std::string(text);
    return refused(key, text, "an address that begins with http://, https://, socks5h://, socks5:// or socks4://",
                   "Write it as http://host:port, or leave it empty.");
}

Result<std::string> check_folder(std::string_view key, std::string_view text) {
    if (text.empty() || path_from_utf8(text).is_absolute()) return std::string(text);
    return refused(key, text, "the whole path of a folder", "Write it from the root on, or leave it empty.");
}

Result<std::string> check_text(std::string_view key, std::string_view text) {
    if (key == "downloads.mirror") return check_mirror(key, text);
    if (key == "downloads.proxy") return check_proxy(key, text);
    if (key == "output.name_pattern") STUDIO_TRY_VOID(check_name_pattern(text));
    return std::string(text);
}

}  // namespace

Result<void> check_preference_key(std::string_view key) {
    if (find_preference(key) != nullptr) return {};
    std::string known;
    const std::string_view name = key.substr(key.find('.') + 1);
    for (const Preference& one : preferences_table()) {
        const bool is_near = one.group() == key.substr(0, key.find('.')) || one.key.ends_with(name);
        if (is_near && !one.is_hidden) known += (known.empty() ? "" : ", ") + std::string(one.key);
    }
    return invalid_argument(
        std::string(key), fmt::format("There is no setting named {}.", shown(key)),
        known.empty() ? "See the list that 'turbo-studio-cli settings list' prints." : "Use one of: " + known + ".");
}

Result<std::string> check_preference(std::string_view key, std::string_view text) {
    STUDIO_TRY_VOID(check_preference_key(key));
    const Preference& preference = *find_preference(key);
    STUDIO_TRY_VOID(check_line(key, text));
    switch (preference.type) {
        case PreferenceType::kSwitch:
            return check_switch(key, text);
        case PreferenceType::kChoice:
            return check_choice(preference, text);
        case PreferenceType::kInt:
        case PreferenceType::kBytes:
            return check_number(preference, text);
        case PreferenceType::kFolder:
            return check_folder(key, text);
        case PreferenceType::kText:
            return check_text(key, text);
        case PreferenceType::kKeys:
            break;
    }
    return std::string(text);
}

Result<void> check_name_pattern(std::string_view pattern) {
    static constexpr std::array<std::string_view, 6> kHolders{"date", "time", "seed", "model", "prompt", "source"};
    const auto refuse = [&](const std::string& why) {
        return invalid_argument("output.name_pattern",
                                fmt::format("{} cannot be the pattern of names: {}.", shown(pattern), why),
                                "Use {date}, {time}, {seed}, {model}, {prompt} and {source} with text between them.");
    };
    if (pattern.find_first_not_of(" .") == pattern.npos) return refuse("it is empty");
    if (pattern.size() > kMaxPatternBytes) return refuse("it is too long");
    if (pattern.find_first_of("/\\") != pattern.npos) return refuse("a name has no / or \\");
    for (std::size_t at = 0; at < pattern.size(); ++at) {
        if (pattern[at] == '}') return refuse("a } closes nothing");
        if (pattern[at] != '{') continue;
        const auto end = pattern.find('}', at);
        if (end == pattern.npos) return refuse("a { is not closed");
        const std::string_view name = pattern.substr(at + 1, end - at - 1);
        if (std::find(kHolders.begin(), kHolders.end(), name) == kHolders.end())
            return refuse(fmt::format("there is no {{{}}}", escape_for_display(name, 40)));
        at = end;
    }
    return {};
}

}  // namespace studio

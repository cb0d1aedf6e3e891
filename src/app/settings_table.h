// app/settings_table.h - every setting of a generation declared once: command line, window and validation read this.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/generation_request.h"

namespace studio {

enum class SettingType { kText, kInt, kNumber, kChoice, kPath, kBytes };

struct Setting {
    std::string_view key;  // member of GenerationRequest and JSON key, e.g. "num_frames"; "size" stands for two of them
    std::string_view flag;  // "--frames"
    SettingType type;
    double min = 0, max = 0;                // kInt, kNumber, kBytes; inclusive
    std::vector<std::string_view> choices;  // kChoice
    std::string_view unit;                  // "px", "frames", ""
    std::string_view default_text;          // "from the model", "17"
    std::string_view help;                  // one plain sentence
    bool is_list = false;                   // may be given several times; set_from_text adds, an empty text clears
};

constexpr std::size_t kMaxPromptBytes = 32 * 1024;

/// In the order in which a person would want to read them.
std::span<const Setting> settings_table();
/// By key ("num_frames") or flag ("--frames"); nullptr when there is none.
const Setting* find_setting(std::string_view key_or_flag);

/// Set one member from text (command line, window). "size" takes WIDTHxHEIGHT. Setting num_frames clears seconds and
/// the other way round: the later wish wins. Numbers are read with '.', whatever the locale; bytes with an optional
/// unit (kB, MB, GB, TB by thousands, KiB, MiB, GiB, TiB by 1024, in any case; the B may be left out). Errors
/// InvalidArgument: `field` is the key; the message names the setting, the text and the range.
Result<void> set_from_text(GenerationRequest& request, std::string_view key, std::string_view text);

/// Check ranges of what is set, and the prompt: not empty, valid UTF-8, at most kMaxPromptBytes. Reads no file.
/// Errors   InvalidArgument naming the field (key).
Result<void> check_ranges(const GenerationRequest& request);

}  // namespace studio

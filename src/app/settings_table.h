// app/settings_table.h - every setting of a generation declared once: command line, window and validation read this.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/generation_request.h"

namespace studio {

enum class SettingType { kText, kInt, kNumber, kChoice, kPath };

struct Setting {
    std::string_view key;      // member of GenerationRequest and JSON key, e.g. "num_frames"
    std::string_view flag;     // "--frames"
    SettingType type;
    double min = 0, max = 0;   // kInt, kNumber; inclusive
    std::vector<std::string_view> choices;  // kChoice
    std::string_view unit;     // "px", "frames", ""
    std::string_view default_text;  // "from the model", "17"
    std::string_view help;     // one plain sentence
};

std::span<const Setting> settings_table();
/// Set one member from text (command line, window).   Errors: InvalidArgument naming the flag, the text and the range.
Result<void> set_from_text(GenerationRequest& request, std::string_view key, std::string_view text);
/// Check ranges of what is set.   Errors: InvalidArgument naming the field.
Result<void> check_ranges(const GenerationRequest& request);

}  // namespace studio

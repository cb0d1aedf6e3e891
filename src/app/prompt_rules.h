// app/prompt_rules.h - prompts as people paste them: control characters out, and a file name from the rest.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace studio {

struct CleanedPrompt {
    std::string text;
    std::size_t removed = 0;  // characters
};
/// Drops NUL, ESC, bell and other control characters, byte-order marks, bidi overrides; tabs, line breaks and U+2028/9
/// become spaces (not counted).   Precondition: valid UTF-8.
CleanedPrompt without_control_characters(std::string_view utf8);

/// "a-blue-star-spinning-42" from up to six ASCII words of the prompt; "video-20261124-101500" when it has none.
/// Only a-z, 0-9 and '-'; at most 80 characters.
std::string video_name(std::string_view prompt, std::int64_t seed);

}  // namespace studio

#include "core/text.h"
#include "text/html_entities.h"
#include "text/text_fixes.h"
#include "text/tokenizer.h"
#include "text/unicode.h"

namespace studio::text {
namespace {

std::u32string collapse_white_space(std::u32string_view text) {
    std::u32string out;
    out.reserve(text.size());
    for (const char32_t c : text) {
        if (!is_white_space(c)) {
            out.push_back(c);
        } else if (!out.empty() && out.back() != ' ') {
            out.push_back(' ');
        }
    }
    if (!out.empty() && out.back() == ' ') out.pop_back();
    return out;
}

}  // namespace

Result<std::string> clean_prompt(std::string_view utf8) {
    if (utf8.size() > kMaxPromptBytes) {
        return invalid_argument("prompt",
                                "The prompt has " + std::to_string(utf8.size()) + " bytes; the limit is " +
                                    std::to_string(kMaxPromptBytes) + ".",
                                "Shorten the prompt. The model reads about 400 words; the rest would have no effect.");
    }
    if (const auto at = invalid_utf8_at(utf8)) {
        return invalid_argument("prompt", "The prompt is not valid UTF-8: byte " + std::to_string(*at) + " is wrong.",
                                "Save or paste the prompt as UTF-8 text.");
    }
    const std::u32string fixed = fix_text(to_code_points(utf8));
    return to_utf8(collapse_white_space(unescape_html(unescape_html(fixed))));
}

}  // namespace studio::text

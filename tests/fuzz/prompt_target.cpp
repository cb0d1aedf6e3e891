// Prompt clean-up: any bytes, and the promises that the rest of the program relies on.
#include "core/text.h"
#include "fuzz/target.h"
#include "text/tokenizer.h"

namespace studio::fuzz {

void run_one(std::string_view input) {
    const auto cleaned = text::clean_prompt(input);
    if (!cleaned.ok()) {
        const Error& error = cleaned.error();
        require(error.code == ErrorCode::kInvalidArgument && error.field == "prompt", "one kind of error");
        require(!error.message.empty() && !error.fix.empty(), "errors are complete");
        require(input.size() > text::kMaxPromptBytes || invalid_utf8_at(input).has_value(),
                "only bad prompts are refused");
        return;
    }
    require(!invalid_utf8_at(*cleaned), "a clean prompt is UTF-8");
    require(cleaned->find_first_of("\t\n\v\f\r") == std::string::npos, "no line breaks are left");
    require(cleaned->find("  ") == std::string::npos, "no double spaces are left");
    require(cleaned->empty() || (cleaned->front() != ' ' && cleaned->back() != ' '), "no outer spaces are left");
}

std::vector<std::string> seeds() {
    return {"A red fox runs through deep snow.",
            "一只红色的狐狸，夕阳西下。",
            "schÃ¶n â€œquotedâ€\xC2\x9D",
            "&amp;lt;b&gt; &NTILDE; &#x1F600; &copy",
            "ＦＵＬＬ　ｶﾞ ﬁne",
            "\x1B[31mred\x1B[0m",
            "РџСЂРёРІРµС‚",
            "e\xCC\x81 a\xCC\x8A",
            "‚Äì ‚âà √± Ã  la"};
}

std::vector<std::string> words() {
    return {"&",        ";",     "&#",          "&#x",          "amp;",         "<",
            "Ã",        "â€",    "\xC2\x80",    "\xEF\xBF\xBD", "\xE2\x80\xA8", "\xE3\x80\x80",
            "\xCC\x80", "\x1B[", "\xED\xA0\x80"};
}

void repair(std::string&) {}

}  // namespace studio::fuzz

#include "core/json.h"
#include "core/text.h"
#include "fuzz/target.h"

namespace studio::fuzz {

void run_one(std::string_view input) {
    JsonLimits limits;
    limits.max_depth = 6;
    const auto result = parse_json(input, "input", limits);
    if (!result.ok()) {
        const Error& error = result.error();
        require(error.code == ErrorCode::kCorruptFile, "one kind of error");
        require(!error.message.empty() && !error.fix.empty() && error.file == "input", "errors are complete");
        require(!invalid_utf8_at(error.message) && !invalid_utf8_at(error.field), "messages are UTF-8");
        return;
    }
    const auto again = parse_json(result->dump(), "again", limits);
    require(again.ok() && *again == *result, "what was read can be written and read");
}

std::vector<std::string> seeds() {
    return {"{}",
            "[]",
            "7",
            "-0.5e-3",
            "null",
            "\"a\\u00e4\\n\"",
            R"({"a":[1,-2,3.5,true,null],"b":{"c":"text"}})",
            "[[[[[[1]]]]]]"};
}

std::vector<std::string> words() {
    return {"\"a\"",   "{",       "}",   "[",    "]",           ",", ":", "1e999", "-0", "18446744073709551616",
            "\\ud800", "\\u0000", "NaN", "true", "\xEF\xBB\xBF"};
}

void repair(std::string&) {}

}  // namespace studio::fuzz

#include "app/command_text.h"

#include <algorithm>
#include <array>

#include "app/settings_table.h"
#include "core/text.h"

namespace studio {
namespace {

constexpr std::string_view kProgram = "turbo-studio-cli generate";
// Of this machine or of this run; a recipe leaves them out too. "size" is made of width and height.
constexpr std::array<std::string_view, 3> kLeftOut = {"size", "output", "name_pattern"};

bool is_plain(std::string_view word) {
    return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("-_./:=+,@").find(c) != std::string_view::npos;
    });
}

/// Inside '...' nothing is special; a quote itself ends the word, stands escaped, and begins it again.
std::string posix_word(std::string_view word) {
    std::string text = "'";
    for (const char c : word)
        text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return text + "'";
}

/// By the rules of the C runtime: backslashes count only before a quote.
std::string runtime_word(std::string_view word) {
    std::string text = "\"";
    std::size_t backslashes = 0;
    for (const char c : word) {
        if (c == '\\') {
            ++backslashes;
            continue;
        }
        text.append(c == '"' ? 2 * backslashes + 1 : backslashes, '\\');
        backslashes = 0;
        text += c;
    }
    text.append(2 * backslashes, '\\');
    return text + "\"";
}

/// cmd.exe reads the line before the program does. Where quotes do not keep it away from something, every character
/// that means anything to it stands behind a caret, the quotes too.
std::string windows_word(std::string_view word) {
    std::string one_line(word);
    std::replace_if(
        one_line.begin(), one_line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    const std::string text = runtime_word(one_line);
    if (one_line.find_first_of("\"%!") == std::string::npos) return text;
    std::string safe;
    for (const char c : text) {
        if (std::string_view("()%!^\"<>&|").find(c) != std::string_view::npos) safe += '^';
        safe += c;
    }
    return safe;
}

std::string number_text(const Json& value) {
    return value.is_number_float() ? format_double(value.get<double>()) : value.dump();
}

void add_option(std::string& line, std::string_view flag, const std::string& value, Shell shell) {
    line += ' ';
    // A value that looks like an option must be tied to its own.
    if (value.starts_with('-'))
        line += quoted_word(std::string(flag) + "=" + value, shell);
    else
        line += std::string(flag) + ' ' + quoted_word(value, shell);
}

std::string lora_text(const LoraSetting& lora) {
    std::string text = lora.path + ":" + format_double(lora.strength);
    return lora.expert == "both" ? text : text + ":" + lora.expert;
}

}  // namespace

std::string quoted_word(std::string_view word, Shell shell) {
    if (is_plain(word)) return std::string(word);
    return shell == Shell::kPosix ? posix_word(word) : windows_word(word);
}

std::string command_text(const GenerationRequest& request, Shell shell) {
    std::string line(kProgram);
    const Json set = request.to_json(), unset = GenerationRequest{}.to_json();
    for (const Setting& setting : settings_table()) {
        const std::string key(setting.key);
        const bool is_left_out = std::find(kLeftOut.begin(), kLeftOut.end(), setting.key) != kLeftOut.end();
        const auto value = set.find(key);
        if (is_left_out || key == "loras" || value == set.end() || value->is_null()) continue;
        const auto usual = unset.find(key);
        if (key != "prompt" && usual != unset.end() && *usual == *value) continue;
        std::string text = value->is_string() ? value->get<std::string>() : number_text(*value);
        if (key == "prompt" && text == "-") text = "- ";  // alone it would mean standard input; spaces are trimmed
        add_option(line, setting.flag, text, shell);
    }
    for (const LoraSetting& lora : request.loras)
        add_option(line, find_setting("loras")->flag, lora_text(lora), shell);
    return line;
}

std::string command_text(const GenerationRequest& request) {
#ifdef _WIN32
    return command_text(request, Shell::kWindows);
#else
    return command_text(request, Shell::kPosix);
#endif
}

}  // namespace studio

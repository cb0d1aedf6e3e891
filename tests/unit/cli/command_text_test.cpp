// "Copy as command": the line, read by a real shell and by the command line's own parser, gives the same settings.
#include "app/command_text.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <sstream>

#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/generate_request.h"

namespace studio {
namespace {

/// What sh makes of a line: its words, without running the program.
[[maybe_unused]] std::vector<std::string> words_of_sh(const std::string& line) {
    const std::string script = "set -- " + line + "\nprintf '%s\\0' \"$@\"";
    std::string quoted = "'";
    for (const char c : script)
        quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    std::FILE* pipe = popen(("sh -c " + quoted + "'").c_str(), "r");
    std::vector<std::string> words(1);
    for (int c = pipe ? std::fgetc(pipe) : EOF; c != EOF; c = std::fgetc(pipe)) {
        if (c == '\0')
            words.emplace_back();
        else
            words.back() += static_cast<char>(c);
    }
    if (pipe) pclose(pipe);
    words.pop_back();
    return words;
}

/// cmd.exe at the prompt: a caret takes the meaning of the next character away outside of quotes, %name% is replaced.
/// Then the C runtime's rules for words.
std::vector<std::string> words_of_windows(const std::string& line) {
    std::string seen;
    bool is_quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '^' && !is_quoted && i + 1 < line.size()) {
            seen += line[++i];
            continue;
        }
        if (line[i] == '"') is_quoted = !is_quoted;
        EXPECT_TRUE(is_quoted || std::string_view("&|<>()!").find(line[i]) == std::string_view::npos) << line;
        EXPECT_NE(line[i], '%') << "cmd.exe would replace it: " << line;
        seen += line[i];
    }
    std::vector<std::string> words;
    bool has_word = false, is_inside = false;
    std::string word;
    for (std::size_t i = 0; i <= seen.size(); ++i) {
        const char c = i < seen.size() ? seen[i] : ' ';
        if (c == '\\') {
            std::size_t count = 0;
            while (i < seen.size() && seen[i] == '\\')
                ++count, ++i;
            const bool is_before_quote = i < seen.size() && seen[i] == '"';
            word.append(is_before_quote ? count / 2 : count, '\\');
            has_word = true;
            if (is_before_quote && count % 2 == 1)
                word += '"';
            else
                --i;
        } else if (c == '"') {
            is_inside = !is_inside;
            has_word = true;
        } else if (c == ' ' && (!is_inside || i == seen.size())) {
            if (has_word) words.push_back(std::exchange(word, {}));
            has_word = false;
        } else {
            word += c;
            has_word = true;
        }
    }
    return words;
}

Result<GenerationRequest> parsed(std::vector<std::string> words) {
    EXPECT_GE(words.size(), 2u);
    EXPECT_EQ(words.front(), "turbo-studio-cli");
    words.erase(words.begin());
    const auto outcome = cli::parse_command_line(words);
    if (const auto* error = std::get_if<Error>(&outcome)) return *error;
    const auto* command = std::get_if<cli::Parsed>(&outcome);
    EXPECT_TRUE(command);
    std::istringstream nothing;
    auto wish = cli::generate_request(command->invocation, nothing);
    if (!wish.ok()) return wish.error();
    return wish->request;
}

GenerationRequest full_request() {
    GenerationRequest request;
    request.model = "/models/Wan 2.1/1.3B";
    request.prompt = "a cat";
    request.negative_prompt = " ";
    request.width = 832;
    request.height = 480;
    request.num_frames = 81;
    request.fps = 16;
    request.steps = 4;
    request.sampler = "rcm";
    request.sampler_mode = "ode";
    request.guidance = 1;
    request.sigma_max = 80;
    request.seed = 9223372036854775807;
    request.attention = "dense";
    request.sla_topk = 0.15;
    request.loras = {{"/loras/a:b.safetensors", 0.75, "both"}, {"/loras/c.safetensors", -1, "high"}};
    request.precision = "fp32";
    request.device = "cpu";
    request.crf = 12;
    request.ram_limit = 12'000'000'000;
    return request;
}

const char* const kPrompts[] = {
    "a plain one",
    "it's a \"quoted\" cat",
    "$HOME `id` $(id) ${x} \\ \\\\ \\\" end\\",
    "100% of %PATH% & more | less > file < in ^ caret !bang!",
    "--starts-like-an-option",
    "一只猫在雪地里 🐈‍⬛ и кот",
    " spaces  at both ends ",
    "; DROP TABLE jobs; --",
    "*.mp4 ? [a-z] ~ {a,b} # no comment",
};

TEST(CommandText, TheSameSettingsComeOutOfAPosixShell) {
#ifdef _WIN32
    GTEST_SKIP() << "needs sh";
#endif
    for (const char* prompt : kPrompts) {
        GenerationRequest request = full_request();
        request.prompt = prompt;
        const std::string line = command_text(request, Shell::kPosix);
        const auto again = parsed(words_of_sh(line));
        ASSERT_TRUE(again.ok()) << line << "\n" << again.error().message;
        EXPECT_EQ(again->to_json(), request.to_json()) << line;
    }
    GenerationRequest lines = full_request();
    lines.prompt = "first\nsecond\ttab";
    EXPECT_EQ(parsed(words_of_sh(command_text(lines, Shell::kPosix)))->prompt, lines.prompt);
}

TEST(CommandText, TheSameSettingsComeOutOfWindows) {
    for (const char* prompt : kPrompts) {
        GenerationRequest request = full_request();
        request.prompt = prompt;
        request.model = "C:\\Models\\Wan 2.1\\";
        const std::string line = command_text(request, Shell::kWindows);
        const auto again = parsed(words_of_windows(line));
        ASSERT_TRUE(again.ok()) << line << "\n" << again.error().message;
        EXPECT_EQ(again->to_json(), request.to_json()) << line;
    }
    GenerationRequest lines = full_request();
    lines.prompt = "first\nsecond";
    EXPECT_EQ(parsed(words_of_windows(command_text(lines, Shell::kWindows)))->prompt, "first second");
}

TEST(CommandText, WhatIsOfThisMachineOrOfTheQueueStaysHere) {
    GenerationRequest request = full_request();
    request.output = "/home/somebody/Videos";
    request.job = std::string(32, 'a');
    request.group = "sheet-1";
    request.latents = "/state/latents";
    const std::string line = command_text(request, Shell::kPosix);
    for (const char* part : {"somebody", "aaaa", "sheet-1", "latents"})
        EXPECT_EQ(line.find(part), std::string::npos) << line;
}

TEST(CommandText, ASingleHyphenDoesNotMeanStandardInput) {
    GenerationRequest request;
    request.prompt = "-";
    const auto again = parsed(words_of_windows(command_text(request, Shell::kWindows)));
    ASSERT_TRUE(again.ok()) << again.error().message;
    EXPECT_EQ(again->prompt, "- ");
}

TEST(CommandText, DefaultsAreNotRepeated) {
    GenerationRequest request;
    request.prompt = "a cat";
    EXPECT_EQ(command_text(request, Shell::kPosix), "turbo-studio-cli generate --prompt 'a cat'");
    EXPECT_EQ(command_text(request, Shell::kWindows), "turbo-studio-cli generate --prompt \"a cat\"");
}

}  // namespace
}  // namespace studio

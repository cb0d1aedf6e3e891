#include "cli/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/commands.h"

namespace studio::cli {
namespace {

using ::testing::HasSubstr;
using Words = std::vector<std::string>;

Invocation parsed(const Words& words) {
    const auto result = parse_command_line(words);
    if (const auto* error = std::get_if<Error>(&result)) ADD_FAILURE() << error->message;
    const auto* ok = std::get_if<Parsed>(&result);
    return ok != nullptr ? ok->invocation : Invocation{};
}

Error refused(const Words& words) {
    const auto result = parse_command_line(words);
    const auto* error = std::get_if<Error>(&result);
    if (error == nullptr) ADD_FAILURE() << "was accepted: " << ::testing::PrintToString(words);
    return error != nullptr ? *error : Error{};
}

std::string help(const Words& words) {
    const auto result = parse_command_line(words);
    const auto* text = std::get_if<HelpText>(&result);
    return text != nullptr ? text->text : "";
}

TEST(CommandLine, TakesValuesAsTheyAre) {
    const auto all = parsed(
        {"generate", "--seed", "-1", "--guidance", "1,5", "--prompt", "[red,blue]", "--output=a=b.mp4", "--json"});
    EXPECT_EQ(all.command, "generate");
    EXPECT_EQ(all.value("--seed"), "-1");
    EXPECT_EQ(all.value("--guidance"), "1,5");
    EXPECT_EQ(all.value("--prompt"), "[red,blue]");
    EXPECT_EQ(all.value("--output"), "a=b.mp4");
    EXPECT_TRUE(all.has("--json"));
    EXPECT_FALSE(all.has("--dry-run"));
}

TEST(CommandLine, PromptsStayWhatTheyWere) {
    for (const char* const prompt :
         {"", " ", "{}", "%%", "\"quoted\"", "a\nb", "models", "component", "[x]", "一个红色的球", "\xFF"}) {
        EXPECT_EQ(parsed({"generate", prompt}).positionals, Words{prompt});
        EXPECT_EQ(parsed({"generate", "--prompt", prompt}).value("--prompt"), prompt);
    }
    EXPECT_EQ(parsed({"generate", "--", "--seed"}).positionals, Words{"--seed"});
    EXPECT_EQ(parsed({"generate", "--prompt", "--seed"}).value("--prompt"), "--seed");
}

TEST(CommandLine, SwitchWithFalseIsOff) {
    EXPECT_FALSE(parsed({"generate", "--json=false", "x"}).has("--json"));
}

TEST(CommandLine, SuggestsTheNearestWord) {
    const Error option = refused({"generate", "--sead", "4"});
    EXPECT_EQ(option.code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(option.field, "--sead");
    EXPECT_THAT(option.fix, HasSubstr("--seed"));
    EXPECT_THAT(refused({"generate", "--num-frames", "4"}).fix, HasSubstr("--help"));
    EXPECT_THAT(refused({"genrate", "x"}).fix, HasSubstr("generate"));
    EXPECT_THAT(refused({"zzzzzzzzz"}).fix, HasSubstr("--help"));
    EXPECT_THAT(refused({"generate", "--neg", "x"}).fix, HasSubstr("--negative-prompt"));
}

TEST(CommandLine, RefusesWhatDoesNotFit) {
    EXPECT_EQ(refused({}).code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(refused({"generate", "--seed"}).field, "--seed");
    EXPECT_EQ(refused({"generate", "--seed", "1", "--seed", "2"}).field, "--seed");
    EXPECT_EQ(refused({"generate", "a", "b"}).field, "b");
    EXPECT_EQ(refused({"generate", "-x"}).field, "-x");
    EXPECT_EQ(refused({"--nonsense"}).field, "--nonsense");
    EXPECT_THAT(refused({"inspect"}).message, HasSubstr("FILE"));
    EXPECT_EQ(refused({"models", "list", "--log-level", "loud"}).field, "--log-level");
    for (const Words& words : {Words{}, Words{"generate", "--seed"}, Words{"generate", "a", "b"}, Words{"inspect"}}) {
        EXPECT_FALSE(refused(words).message.empty());
        EXPECT_FALSE(refused(words).fix.empty());
    }
}

TEST(CommandLine, HelpNamesEveryCommandAndOption) {
    const std::string all = help({"--help"});
    for (const Command& command : all_commands()) {
        EXPECT_THAT(all, HasSubstr(command.name));
        const std::string own = help({command.name, "--help"});
        for (const OptionSpec& option : command.options)
            EXPECT_THAT(own, HasSubstr(option.flag));
    }
    EXPECT_THAT(all, HasSubstr("component"));
    EXPECT_THAT(all, HasSubstr("Exit codes"));
    EXPECT_THAT(help({"--version"}), HasSubstr("turbo-studio-cli "));
}

TEST(CommandLine, LogLevelStandsBeforeOrAfterTheCommand) {
    for (const Words& words : {Words{"--log-level", "debug", "models"}, Words{"models", "--log-level", "debug"}}) {
        const auto result = parse_command_line(words);
        ASSERT_TRUE(std::holds_alternative<Parsed>(result));
        EXPECT_EQ(std::get<Parsed>(result).log_level, "debug");
    }
}

TEST(Closest, FindsOnlyWhatIsClose) {
    const Words known{"--seed", "--steps", "--size"};
    EXPECT_EQ(closest("--sed", known), "--seed");
    EXPECT_EQ(closest("--step", known), "--steps");
    EXPECT_EQ(closest("--photograph", known), "");
    EXPECT_EQ(closest(std::string(100000, 'a'), known), "");
}

}  // namespace
}  // namespace studio::cli

// Flags of `component`: what is refused, and how the error names it.
#include "component/arguments.h"

#include <gtest/gtest.h>

#include <fstream>

#include "support/temp_folder.h"

namespace studio::component {
namespace {

using Args = std::vector<std::string>;

std::string field_of(const Args& args) {
    const auto parsed = parse_arguments(args);
    if (parsed.ok()) return "accepted";
    EXPECT_EQ(parsed.error().code, ErrorCode::kInvalidArgument);
    EXPECT_FALSE(parsed.error().message.empty());
    EXPECT_FALSE(parsed.error().fix.empty());
    return parsed.error().field;
}

TEST(ComponentArguments, AllFlags) {
    const auto parsed = parse_arguments(Args{"dit", "--model", "a b", "--inputs=in.safetensors", "--outputs", "out",
                                             "--options", R"({"pad_context": true})", "--json-errors"});
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(parsed->name, "dit");
    EXPECT_EQ(parsed->model, std::filesystem::path("a b"));
    EXPECT_EQ(parsed->inputs, std::filesystem::path("in.safetensors"));
    EXPECT_EQ(parsed->outputs, std::filesystem::path("out"));
    EXPECT_EQ(parsed->options, (Json{{"pad_context", true}}));
    EXPECT_TRUE(wants_json_errors(Args{"x", "--json-errors"}));
    EXPECT_FALSE(wants_json_errors(Args{"x"}));
}

TEST(ComponentArguments, NothingButAName) {
    const auto parsed = parse_arguments(Args{"sampler"});
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(parsed->options, Json::object());
    EXPECT_FALSE(parsed->model || parsed->inputs || parsed->outputs);
}

TEST(ComponentArguments, RefusedFlags) {
    EXPECT_EQ(field_of({"dit", "--modell", "x"}), "--modell");
    EXPECT_EQ(field_of({"dit", "--model"}), "--model");
    EXPECT_EQ(field_of({"dit", "--model", ""}), "--model");
    EXPECT_EQ(field_of({"dit", "--model", "a", "--model=b"}), "--model");
    EXPECT_EQ(field_of({"dit", "--inputs", "\xff"}), "--inputs");
    EXPECT_EQ(field_of({"dit", "vae-decode"}), "vae-decode");
    EXPECT_EQ(field_of({"-x"}), "-x");
}

TEST(ComponentArguments, OptionsMustBeOneJsonObject) {
    for (const char* bad :
         {"", "{", "[]", "3", "null", "{\"a\":1}x", "{'a':1}", "{\"a\":1,\"a\":2}", "{\"a\":\xff}", "{\"a\":1e999}"})
        EXPECT_EQ(field_of({"dit", "--options", bad}), "--options") << bad;
    EXPECT_EQ(field_of({"dit", "--options", std::string(100, '[')}), "--options");
    EXPECT_EQ(field_of({"dit", "--options", "{}"}), "accepted");
}

TEST(ComponentArguments, OptionsFromAFile) {
    const test::TempFolder folder;
    const auto file = folder / "options.json";
    std::ofstream(file) << R"({"text": "ein Fuchs – 狐狸"})";
    const auto parsed = parse_arguments(Args{"tokenize", "--options", "@" + file.string()});
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(parsed->options.at("text"), "ein Fuchs – 狐狸");

    std::ofstream(file) << "no json";
    const auto broken = parse_arguments(Args{"tokenize", "--options", "@" + file.string()});
    ASSERT_FALSE(broken.ok());
    EXPECT_EQ(broken.error().file, file.string());
    std::filesystem::remove(file);

    const auto missing = parse_arguments(Args{"tokenize", "--options", "@" + file.string()});
    ASSERT_FALSE(missing.ok());
    EXPECT_EQ(missing.error().field, "--options");
    EXPECT_EQ(missing.error().file, file.string());
    EXPECT_EQ(field_of({"tokenize", "--options", "@"}), "--options");
    EXPECT_EQ(field_of({"tokenize", "--options", "@" + folder.path().string()}), "--options");
}

}  // namespace
}  // namespace studio::component

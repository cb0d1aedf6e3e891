// Every damaged or hostile checkpoint of tests/data/bad: the code that it must be refused with, a message and a fix.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/json.h"
#include "core/text.h"
#include "io/checkpoint.h"

namespace studio::io {
namespace {

using testing::HasSubstr;

TEST(BadCheckpoints, AreRefusedAsListed) {
    const std::filesystem::path folder = std::filesystem::path(STUDIO_TEST_DATA) / "bad";
    const auto expectations = read_json_file(folder / "expectations.json");
    ASSERT_TRUE(expectations.ok()) << expectations.error().message;
    int refused = 0, opened_well = 0;
    for (const auto& [name, wanted] : expectations->items()) {
        if (name == "config_not_json.json" || name.starts_with("spiece")) continue;
        const auto opened = Checkpoint::open(folder / name);
        if (wanted["error"].is_null()) {
            ASSERT_TRUE(opened.ok()) << name << ": " << opened.error().message;
            EXPECT_FALSE((*opened)->tensors().empty());
            ++opened_well;
            continue;
        }
        ASSERT_FALSE(opened.ok()) << name;
        ++refused;
        const Error& error = opened.error();
        EXPECT_THAT(wanted["error"].get<std::string>(), HasSubstr(std::string(to_string(error.code)))) << name;
        EXPECT_FALSE(error.message.empty() || error.fix.empty()) << name;
        const std::string stem = name.substr(0, name.find('.'));
        EXPECT_TRUE(error.file.find(stem) != std::string::npos || name.starts_with("index_")) << name << error.file;
    }
    EXPECT_GE(refused, 65);
    EXPECT_EQ(opened_well, 3);
}

}  // namespace
}  // namespace studio::io

#include "app/preferences.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include "core/file_lock.h"
#include "support/temp_folder.h"

namespace studio {
namespace {

namespace fs = std::filesystem;

class PreferencesTest : public testing::Test {
  protected:
    fs::path file() { return folder_ / "settings.json"; }
    Preferences load() { return Preferences::load(file()); }
    Json stored() { return *read_json_file(file()); }
    Preferences from(const std::string& text) {
        folder_.write("settings.json", text);
        return load();
    }
    test::TempFolder folder_;
};

TEST_F(PreferencesTest, TheTableIsSound) {
    std::set<std::string_view> keys;
    for (const Preference& one : preferences_table()) {
        SCOPED_TRACE(one.key);
        EXPECT_TRUE(keys.insert(one.key).second);
        EXPECT_NE(one.key.find('.'), one.key.npos);
        Preferences values;
        EXPECT_TRUE(values.set(one.key, one.default_text).ok());
        EXPECT_TRUE(values.is_default(one.key));
        EXPECT_TRUE(one.is_hidden || (!one.label.empty() && one.help.ends_with(".")));
        EXPECT_EQ(one.choices.empty(), one.type != PreferenceType::kChoice);
    }
    for (const char* key :
         {"general.language", "general.appearance", "general.reduced_motion", "output.folder", "output.name_pattern",
          "output.metadata", "downloads.mirror", "downloads.proxy", "downloads.offline", "performance.device",
          "performance.threads", "performance.ram_limit", "performance.vram_limit", "performance.unload_after_min",
          "notifications.queue_end", "notifications.sound"})
        EXPECT_TRUE(keys.contains(key)) << key;
}

TEST_F(PreferencesTest, ValuesComeBack) {
    Preferences values = load();
    EXPECT_TRUE(values.notices().empty());
    ASSERT_TRUE(values.set("general.language", "zh_CN").ok());
    ASSERT_TRUE(values.set("performance.ram_limit", "12 GB").ok());
    ASSERT_TRUE(values.set("downloads.offline", "yes").ok());
    ASSERT_TRUE(values.set("output.folder", "/disk/视频 %").ok());
    ASSERT_TRUE(values.set("shortcuts.generate", "Ctrl+G").ok());
    const Preferences again = load();
    EXPECT_EQ(again.text("general.language"), "zh_CN");
    EXPECT_EQ(again.number("performance.ram_limit"), 12'000'000'000);
    EXPECT_TRUE(again.is_on("downloads.offline"));
    EXPECT_EQ(again.text("output.folder"), "/disk/视频 %");
    EXPECT_EQ(again.text("shortcuts.generate"), "Ctrl+G");
    EXPECT_EQ(again.keys_of("shortcuts"), std::vector<std::string>{"shortcuts.generate"});
    EXPECT_EQ(stored()["performance"]["ram_limit"], 12'000'000'000);
    EXPECT_EQ(stored()["downloads"]["offline"], true);
}

TEST_F(PreferencesTest, ADefaultIsNotStored) {
    Preferences values = load();
    ASSERT_TRUE(values.set("performance.threads", "3").ok());
    EXPECT_FALSE(values.is_default("performance.threads"));
    ASSERT_TRUE(values.reset("performance.threads").ok());
    EXPECT_TRUE(values.is_default("performance.threads"));
    EXPECT_FALSE(stored()["performance"].contains("threads"));
    ASSERT_TRUE(values.set("shortcuts.quit", "none").ok());
    ASSERT_TRUE(values.set("general.is_welcomed", "on").ok());
    ASSERT_TRUE(values.reset_all().ok());
    EXPECT_TRUE(load().keys_of("shortcuts").empty());
    EXPECT_TRUE(load().is_on("general.is_welcomed"));  // nobody is welcomed twice
}

TEST_F(PreferencesTest, WhatIsUnknownStays) {
    Preferences values = from(R"({"later":{"x":[1,{"y":2}]},"general":{"language":"en","tone":3},"top":7})");
    EXPECT_TRUE(values.notices().empty());
    ASSERT_TRUE(values.set("general.language", "zh_CN").ok());
    EXPECT_EQ(stored(), Json::parse(R"({"later":{"x":[1,{"y":2}]},"general":{"language":"zh_CN","tone":3},"top":7})"));
}

TEST_F(PreferencesTest, ABadValueAloneIsReplaced) {
    const Preferences values = from(R"({"general":{"language":"tlh","appearance":"dark"},
        "performance":{"threads":"4","ram_limit":-1,"unload_after_min":1.5},"downloads":{"offline":"on","proxy":"ftp://x"},
        "output":7,"shortcuts":{"generate":5}})");
    std::set<std::string> named;
    for (const Error& notice : values.notices()) {
        named.insert(notice.field);
        EXPECT_FALSE(notice.fix.empty());
    }
    EXPECT_EQ(named, (std::set<std::string>{"general.language", "performance.threads", "performance.ram_limit",
                                            "performance.unload_after_min", "downloads.offline", "downloads.proxy",
                                            "output", "shortcuts.generate"}));
    EXPECT_EQ(values.text("general.language"), "system");
    EXPECT_EQ(values.text("general.appearance"), "dark");
    EXPECT_EQ(values.number("performance.threads"), 0);
}

TEST_F(PreferencesTest, ADamagedFileIsKeptAside) {
    for (const char* text : {"", "{\"general\":", "[]", "\xFF\xFE", R"({"a":1,"a":2})", "null"}) {
        SCOPED_TRACE(text);
        fs::remove(folder_ / "settings.json.damaged");
        Preferences values = from(text);
        ASSERT_EQ(values.notices().size(), 1u);
        EXPECT_NE(values.notices()[0].fix.find("settings.json.damaged"), std::string::npos);
        std::ifstream kept(folder_ / "settings.json.damaged");
        EXPECT_EQ((std::stringstream() << kept.rdbuf()).str(), text);
        EXPECT_EQ(values.text("general.language"), "system");
        EXPECT_TRUE(values.set("general.language", "en").ok());
        EXPECT_TRUE(load().notices().empty());
    }
    from("{");
    from("{");  // an older one is not overwritten
    EXPECT_TRUE(fs::exists(folder_ / "settings.json.damaged-2"));
}

TEST_F(PreferencesTest, AFolderThatCannotBeUsedIsSaid) {
    fs::create_directory(file());
    Preferences values = load();
    EXPECT_EQ(values.notices().size(), 1u);
    const auto stored = values.set("general.language", "en");
    EXPECT_FALSE(stored.ok());
    EXPECT_EQ(values.text("general.language"), "system");  // not stored: not changed
}

TEST_F(PreferencesTest, TwoProgramsKeepBothChanges) {
    Preferences one = load(), other = load();
    ASSERT_TRUE(one.set("general.language", "en").ok());
    ASSERT_TRUE(other.set("general.appearance", "dark").ok());
    EXPECT_EQ(load().text("general.language"), "en");
    EXPECT_EQ(load().text("general.appearance"), "dark");
    EXPECT_EQ(one.refresh(), std::vector<std::string>{"general.appearance"});
    EXPECT_EQ(one.text("general.appearance"), "dark");
    ASSERT_TRUE(other.reset("general.appearance").ok());
    EXPECT_EQ(one.refresh(), std::vector<std::string>{"general.appearance"});
    EXPECT_TRUE(one.refresh().empty());
}

TEST_F(PreferencesTest, ManyWritersAtOnceLoseNothing) {
    constexpr int kWriters = 4, kRounds = 10;
    std::vector<std::thread> writers;
    for (int writer = 0; writer < kWriters; ++writer) {
        writers.emplace_back([this, writer] {
            Preferences values = load();
            for (int round = 0; round < kRounds; ++round)
                EXPECT_TRUE(values.set("shortcuts.k" + std::to_string(writer * 100 + round), "X").ok());
        });
    }
    for (auto& writer : writers)
        writer.join();
    EXPECT_EQ(load().keys_of("shortcuts").size(), std::size_t(kWriters * kRounds));
}

TEST_F(PreferencesTest, AWriterThatHoldsTheFileIsWaitedFor) {
    Preferences values = load();
    auto held = FileLock::try_lock(folder_ / "settings.json.lock");
    ASSERT_TRUE(held.ok() && held->has_value());
    std::optional<FileLock> lock = std::move(*held);
    std::thread frees([&lock] {
        std::this_thread::sleep_for(std::chrono::milliseconds(150));
        lock.reset();
    });
    EXPECT_TRUE(values.set("general.language", "en").ok());
    frees.join();
    held = FileLock::try_lock(folder_ / "settings.json.lock");
    ASSERT_TRUE(held.ok() && held->has_value());
    const auto refused = values.set("general.language", "zh_CN");
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().field, "lock");
    EXPECT_EQ(values.text("general.language"), "en");
}

struct Bad {
    const char *key, *text;
};

class BadPreference : public testing::TestWithParam<Bad> {};

TEST_P(BadPreference, IsRefusedAndNamed) {
    Preferences values;
    const auto refused = values.set(GetParam().key, GetParam().text);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(refused.error().field, GetParam().key);
    EXPECT_FALSE(refused.error().message.empty() || refused.error().fix.empty());
}

INSTANTIATE_TEST_SUITE_P(
    All, BadPreference,
    testing::Values(Bad{"general.language", "klingon"}, Bad{"general.nothing", "1"}, Bad{"language", "en"},
                    Bad{"", "x"}, Bad{"performance.threads", "-1"}, Bad{"performance.threads", "1025"},
                    Bad{"performance.threads", "1,5"}, Bad{"performance.threads", "two"},
                    Bad{"performance.ram_limit", "12 elephants"}, Bad{"performance.ram_limit", "-5GB"},
                    Bad{"performance.ram_limit", "1e400"}, Bad{"downloads.mirror", "http://plain.example"},
                    Bad{"downloads.mirror", "hf-mirror.com"}, Bad{"downloads.proxy", "ftp://x:1"},
                    Bad{"downloads.offline", "maybe"}, Bad{"output.folder", "relative/folder"},
                    Bad{"output.folder", "/a\nb"}, Bad{"output.folder", "/\xFF"}, Bad{"output.name_pattern", ""},
                    Bad{"output.name_pattern", "   "}, Bad{"output.name_pattern", "{nothing}"},
                    Bad{"output.name_pattern", "{seed"}, Bad{"output.name_pattern", "seed}"},
                    Bad{"output.name_pattern", "../{seed}"}, Bad{"output.name_pattern", "a\\b"}, Bad{"shortcuts.", "X"},
                    Bad{"shortcuts.A B", "X"}));

TEST_F(PreferencesTest, KeysThatAreNearAreNamed) {
    Preferences values;
    EXPECT_NE(values.set("general.languages", "en").error().fix.find("general.language"), std::string::npos);
    EXPECT_NE(values.set("x.mirror", "").error().fix.find("downloads.mirror"), std::string::npos);
}

}  // namespace
}  // namespace studio

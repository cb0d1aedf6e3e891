// A copy of a video: whole and under a free name, or nothing.
#include "app/save_copy.h"

#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "core/text.h"

namespace studio {
namespace {
namespace fs = std::filesystem;

class SaveCopy : public testing::Test {
  protected:
    void SetUp() override {
        folder_ = fs::temp_directory_path() / ("save-copy-" + std::to_string(std::random_device{}()));
        fs::create_directories(folder_ / "to");
    }
    void TearDown() override { fs::remove_all(folder_); }
    fs::path make(const std::string& name, std::size_t bytes) {
        std::ofstream out(folder_ / path_from_utf8(name), std::ios::binary);
        for (std::size_t i = 0; i < bytes; ++i)
            out.put(static_cast<char>(i * 31 % 251));
        return folder_ / path_from_utf8(name);
    }
    static std::string content(const fs::path& file) {
        std::ifstream in(file, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    std::size_t files() const {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_ / "to"), {}));
    }
    fs::path folder_;
};

TEST_F(SaveCopy, EveryByteArrivesAndProgressEndsAtOne) {
    const fs::path from = make("a.mp4", 5'000'001);
    double last = -1;
    const auto copy = save_copy(from, folder_ / "to" / "b.mp4",
                                [&](double share) {
                                    EXPECT_GE(share, last);
                                    last = share;
                                },
                                {});
    ASSERT_TRUE(copy.ok()) << copy.error().message;
    EXPECT_EQ(content(*copy), content(from));
    EXPECT_EQ(last, 1);
    EXPECT_EQ(files(), 1u);
}

TEST_F(SaveCopy, ATakenNameGetsANumberAndNothingIsReplaced) {
    const fs::path from = make("a.mp4", 100);
    std::ofstream(folder_ / "to" / "b.mp4") << "kept";
    const auto copy = save_copy(from, folder_ / "to" / "b.mp4", {}, {});
    ASSERT_TRUE(copy.ok());
    EXPECT_EQ(copy->filename(), "b (2).mp4");
    EXPECT_EQ(content(folder_ / "to" / "b.mp4"), "kept");
    EXPECT_EQ(content(*copy), content(from));
}

TEST_F(SaveCopy, NamesOfAnyLanguage) {
    const auto copy = save_copy(make("猫.mp4", 10), folder_ / "to" / path_from_utf8("猫 и 'кот' %.mp4"), {}, {});
    ASSERT_TRUE(copy.ok()) << copy.error().message;
    EXPECT_EQ(path_to_utf8(copy->filename()), "猫 и 'кот' %.mp4");
}

TEST_F(SaveCopy, AStopLeavesNothing) {
    std::stop_source stop;
    const auto copy = save_copy(
        make("a.mp4", 8'000'000), folder_ / "to" / "b.mp4", [&](double) { stop.request_stop(); }, stop.get_token());
    ASSERT_FALSE(copy.ok());
    EXPECT_EQ(copy.error().code, ErrorCode::kCancelled);
    EXPECT_EQ(files(), 0u);
}

TEST_F(SaveCopy, WhatCannotBeSavedIsSaid) {
    const fs::path from = make("a.mp4", 10);
    const auto gone = save_copy(folder_ / "gone.mp4", folder_ / "to" / "b.mp4", {}, {});
    EXPECT_EQ(gone.error().code, ErrorCode::kNotFound);
    const auto no_folder = save_copy(from, folder_ / "nowhere" / "b.mp4", {}, {});
    ASSERT_FALSE(no_folder.ok());
    EXPECT_EQ(no_folder.error().field, "output");
    fs::create_directory(folder_ / "to" / "dir.mp4");
    const auto folder = save_copy(from, folder_ / "to" / "dir.mp4", {}, {});
    ASSERT_FALSE(folder.ok());
    const auto a_folder = save_copy(folder_, folder_ / "to" / "b.mp4", {}, {});
    EXPECT_EQ(a_folder.error().code, ErrorCode::kNotFound);
    for (const auto* result : {&gone, &no_folder, &folder, &a_folder}) {
        EXPECT_FALSE(result->error().message.empty());
        EXPECT_FALSE(result->error().fix.empty());
    }
    EXPECT_EQ(files(), 1u);
}

#ifdef __linux__
TEST_F(SaveCopy, ALinkAsTargetIsRefused) {
    fs::create_symlink(folder_ / "elsewhere.mp4", folder_ / "to" / "link.mp4");
    EXPECT_FALSE(save_copy(make("a.mp4", 10), folder_ / "to" / "link.mp4", {}, {}).ok());
    EXPECT_FALSE(fs::exists(folder_ / "elsewhere.mp4"));
}

TEST_F(SaveCopy, ADeviceAsTargetIsRefused) {
    EXPECT_FALSE(save_copy(make("a.mp4", 10), "/dev/full", {}, {}).ok());
}
#endif

}  // namespace
}  // namespace studio

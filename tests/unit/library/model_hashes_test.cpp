#include "library/model_hashes.h"

#include <gtest/gtest.h>

#include "support/temp_folder.h"

namespace studio {
namespace {

class Hashes : public testing::Test {
  protected:
    Hashes() { setenv("STUDIO_HOME", (folder_ / "home").c_str(), 1); }
    ~Hashes() override { unsetenv("STUDIO_HOME"); }
    test::TempFolder folder_;
};

TEST_F(Hashes, AreRememberedUntilTheFileChanges) {
    const auto file = folder_.write("w.bin", "abc");
    {
        ModelHashes hashes;
        EXPECT_FALSE(hashes.known(file).has_value());
        EXPECT_EQ(hashes.hash(file).value(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
    ModelHashes later;
    EXPECT_TRUE(later.known(file).has_value());
    folder_.write("w.bin", "abcd");
    EXPECT_FALSE(later.known(file).has_value());
    EXPECT_NE(later.hash(file).value().substr(0, 4), "ba78");
}

TEST_F(Hashes, MissingFilesAndStopsAreErrors) {
    ModelHashes hashes;
    EXPECT_EQ(hashes.hash(folder_ / "absent").error().code, ErrorCode::kNotFound);
    std::stop_source stop;
    stop.request_stop();
    EXPECT_EQ(hashes.hash(folder_.write("w.bin", "abc"), stop.get_token()).error().code, ErrorCode::kCancelled);
}

TEST_F(Hashes, ADamagedStoreIsStartedAnew) {
    const auto file = folder_.write("w.bin", "abc");
    ModelHashes first;
    ASSERT_TRUE(first.hash(file).ok());
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ / "home")) {
        if (entry.is_regular_file()) std::ofstream(entry.path()) << R"({"x": 3, "y": {"size": -1}})";
    }
    ModelHashes second;
    EXPECT_FALSE(second.known(file).has_value());
    EXPECT_TRUE(second.hash(file).ok());
}

}  // namespace
}  // namespace studio

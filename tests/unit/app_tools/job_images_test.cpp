// Private copies of the pictures of jobs.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#ifndef _WIN32
#include <sys/resource.h>

#include <csignal>
#endif

#include "app/job_images.h"
#include "core/files.h"
#include "core/text.h"
#include "support/temp_folder.h"

using namespace studio;
namespace fs = std::filesystem;

namespace {
class JobImagesTest : public testing::Test {
  protected:
    fs::path picture(const std::string& name, const std::string& content) const {
        const fs::path file = path_from_utf8(path_to_utf8(outside_.path()) + "/" + name);
        std::ofstream(file, std::ios::binary) << content;
        return file;
    }
    GenerationRequest with(const fs::path& image, const fs::path& end = {}) const {
        GenerationRequest request;
        request.image = path_to_utf8(image);
        request.end_image = path_to_utf8(end);
        return request;
    }
    static std::string content(const std::string& file) {
        const auto text = read_small_file(path_from_utf8(file), 1 << 26);
        return text.ok() ? *text : "cannot be read: " + text.error().message;
    }
    std::size_t copies() const {
        std::size_t count = 0;
        std::error_code ec;
        for (fs::recursive_directory_iterator it(folder_, ec), end; !ec && it != end; it.increment(ec))
            count += it->is_regular_file();
        return count;
    }

    test::TempFolder outside_, data_;
    const fs::path folder_ = data_.path() / "queue" / "images";
    const JobImages images_{folder_};
};
}  // namespace

TEST_F(JobImagesTest, TheCopyStaysWhenTheFileGoes) {
    const fs::path file = picture("cat 猫.png", "first");
    GenerationRequest request = with(file, picture("end.png", "second"));
    ASSERT_TRUE(images_.keep(request).ok());
    EXPECT_TRUE(request.image.ends_with("/cat 猫.png")) << request.image;
    EXPECT_NE(request.image, path_to_utf8(file));
    picture("cat 猫.png", "changed");
    fs::remove(outside_.path() / "end.png");
    EXPECT_EQ(content(request.image), "first");
    EXPECT_EQ(content(request.end_image), "second");
}

TEST_F(JobImagesTest, OnePictureIsKeptOnce) {
    GenerationRequest a = with(picture("a.png", "same")), b = a;
    ASSERT_TRUE(images_.keep(a).ok());
    ASSERT_TRUE(images_.keep(b).ok());
    EXPECT_EQ(a.image, b.image);
    GenerationRequest again = a;
    ASSERT_TRUE(images_.keep(again).ok());
    EXPECT_EQ(again, a) << "a copy is not copied";
    EXPECT_EQ(copies(), 1u);
    picture("a.png", "other");
    GenerationRequest c = with(outside_.path() / "a.png");
    ASSERT_TRUE(images_.keep(c).ok());
    EXPECT_NE(c.image, a.image);
    EXPECT_EQ(copies(), 2u);
}

TEST_F(JobImagesTest, WithoutPicturesNothingHappens) {
    GenerationRequest request;
    ASSERT_TRUE(images_.keep(request).ok());
    EXPECT_EQ(request, GenerationRequest{});
    EXPECT_FALSE(fs::exists(folder_));
}

TEST_F(JobImagesTest, AMissingFileOrAFolderIsSaid) {
    for (const fs::path& bad : {outside_.path() / "gone.png", outside_.path()}) {
        GenerationRequest request = with(picture("a.png", "x"), bad);
        const GenerationRequest before = request;
        const auto kept = images_.keep(request);
        ASSERT_FALSE(kept.ok());
        EXPECT_EQ(kept.error().field, "end_image");
        EXPECT_FALSE(kept.error().message.empty());
        EXPECT_FALSE(kept.error().fix.empty());
        EXPECT_EQ(request, before) << "half a change is none";
    }
}

TEST_F(JobImagesTest, AFolderThatCannotBeMadeIsSaid) {
    fs::create_directories(folder_.parent_path());
    std::ofstream(folder_) << "a file in its place";
    GenerationRequest request = with(picture("a.png", "x"));
    const auto kept = images_.keep(request);
    ASSERT_FALSE(kept.ok());
    EXPECT_EQ(kept.error().code, ErrorCode::kIo);
    EXPECT_EQ(kept.error().field, "image");
    EXPECT_NE(kept.error().message.find("a.png"), std::string::npos);
}

#ifndef _WIN32
/// The system refuses every byte beyond a limit, as a full disk or a quota does.
TEST_F(JobImagesTest, AFullDiskLeavesNothingBehind) {
    GenerationRequest request = with(picture("big.png", std::string(3 << 20, 'x')));
    const GenerationRequest before = request;
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit old{};
    ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old), 0);
    rlimit low = old;
    low.rlim_cur = 1 << 20;
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &low), 0);
    const auto kept = images_.keep(request);
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &old), 0);
    ASSERT_FALSE(kept.ok());
    EXPECT_EQ(kept.error().code, ErrorCode::kIo);
    EXPECT_EQ(kept.error().field, "image");
    EXPECT_EQ(request, before);
    EXPECT_EQ(copies(), 0u);
    EXPECT_TRUE(fs::is_empty(folder_)) << "no empty folder of the picture";
    EXPECT_TRUE(images_.keep(request).ok()) << "with room again it works";
}
#endif

TEST_F(JobImagesTest, CopiesAreFoundRemovedAndSwept) {
    GenerationRequest a = with(picture("a.png", "1"), picture("b.png", "2"));
    ASSERT_TRUE(images_.keep(a).ok());
    const auto hashes = images_.copies_in(a.to_json());
    ASSERT_EQ(hashes.size(), 2u);
    EXPECT_TRUE(images_.copies_in(with(picture("c.png", "3")).to_json()).empty()) << "not a copy of ours";
    images_.sweep([&](const std::string& hash) { return hash == hashes[0]; });
    EXPECT_TRUE(fs::exists(path_from_utf8(a.image)));
    EXPECT_FALSE(fs::exists(path_from_utf8(a.end_image)));
    images_.remove("..");
    images_.remove("../../queue");
    images_.remove(hashes[0]);
    images_.remove(hashes[0]);
    EXPECT_EQ(copies(), 0u);
    EXPECT_TRUE(fs::exists(folder_));
}

TEST_F(JobImagesTest, AMovedDataFolderIsFollowed) {
    GenerationRequest request = with(picture("a.png", "1"));
    ASSERT_TRUE(images_.keep(request).ok());
    fs::rename(data_.path() / "queue", data_.path() / "elsewhere");
    const JobImages moved(data_.path() / "elsewhere" / "images");
    moved.find_moved(request);
    EXPECT_EQ(content(request.image), "1");
    GenerationRequest foreign = with(outside_.path() / "gone.png");
    const GenerationRequest before = foreign;
    moved.find_moved(foreign);
    EXPECT_EQ(foreign, before);
}

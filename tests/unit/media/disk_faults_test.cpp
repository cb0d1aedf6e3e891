// Every write may fail: the job ends with a clear error, and nothing half-written stays behind.
#include <csignal>

#include "unit/media/media_fixture.h"

#ifdef __linux__
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

namespace studio::media {
namespace {

Result<fs::path> write_noise(const fs::path& path, int count) {
    STUDIO_TRY(writer, VideoWriter::open(path, settings_for(64, 64)));
    for (int i = 0; i < count; ++i)
        STUDIO_TRY_VOID(writer->push(noise(64, 64, static_cast<unsigned>(i))));
    return writer->finish();
}

/// The largest file this process may write, for the life of the object.
class FileSizeLimit {
  public:
    explicit FileSizeLimit(rlim_t bytes) {
        std::signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &before_);
        rlimit limited = before_;
        limited.rlim_cur = bytes;
        setrlimit(RLIMIT_FSIZE, &limited);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;
    ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }

  private:
    rlimit before_{};
};

TEST(DiskFaults, AWriteThatFailsAnywhereLeavesNothing) {
    const TempFolder temp;
    const auto whole = write_noise(temp.path / "whole.mp4", 30);
    ASSERT_TRUE(whole.ok()) << whole.error().message;
    const auto size = static_cast<rlim_t>(fs::file_size(*whole));
    ASSERT_GT(size, 50000u);
    fs::remove(*whole);
    int failures = 0;
    // The last limits fail while the index moves to the front, after every frame was written.
    for (const rlim_t limit :
         {rlim_t{0}, rlim_t{10}, rlim_t{4096}, size / 4, size / 2, size - 5000, size - 500, size - 1}) {
        Result<fs::path> result = internal_error("not run");
        {
            const FileSizeLimit limited(limit);
            result = write_noise(temp.path / "clip.mp4", 30);
        }
        ASSERT_FALSE(result.ok()) << limit;
        expect_error(result.error(), ErrorCode::kIo, "Cannot write the video");
        EXPECT_THAT(result.error().message, ::testing::HasSubstr("File too large"));
        EXPECT_THAT(result.error().file, ::testing::HasSubstr("clip.mp4"));
        EXPECT_TRUE(temp.names().empty()) << "limit " << limit;
        ++failures;
    }
    EXPECT_EQ(failures, 8);
    EXPECT_TRUE(write_noise(temp.path / "clip.mp4", 3).ok());  // and the next job is none the worse
}

/// A small file system of its own.
class SmallDisk {
  public:
    SmallDisk(const fs::path& at, const char* options) : path_(at) {
        fs::create_directories(at);
        is_mounted_ = ::mount("tmpfs", at.c_str(), "tmpfs", 0, options) == 0;
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;
    ~SmallDisk() {
        if (is_mounted_) ::umount2(path_.c_str(), MNT_DETACH);
    }
    bool is_mounted() const { return is_mounted_; }
    bool make_read_only() const {
        return ::mount("tmpfs", path_.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr) == 0;
    }

  private:
    fs::path path_;
    bool is_mounted_ = false;
};

TEST(DiskFaults, FullDisk) {
    const TempFolder temp;
    const fs::path folder = temp.path / "disk";
    const SmallDisk disk(folder, "size=64k");
    if (!disk.is_mounted()) GTEST_SKIP() << "mounting a small disk needs root with CAP_SYS_ADMIN";
    const auto result = write_noise(folder / "clip.mp4", 60);
    ASSERT_FALSE(result.ok());
    expect_error(result.error(), ErrorCode::kIo, "No space left");
    EXPECT_THAT(result.error().fix, ::testing::HasSubstr("Free some space"));
    EXPECT_TRUE(fs::is_empty(folder));
    EXPECT_TRUE(write_bars(folder / "clip.mp4", settings_for(32, 32), 2).ok());
}

TEST(DiskFaults, ReadOnlyFolder) {
    const TempFolder temp;
    const fs::path folder = temp.path / "disk";
    const bool is_root = ::geteuid() == 0;
    const SmallDisk disk(folder, "size=64k");
    if (is_root && !(disk.is_mounted() && disk.make_read_only()))
        GTEST_SKIP() << "root writes everywhere, and no disk could be mounted";
    if (!is_root) fs::permissions(folder, fs::perms::owner_read | fs::perms::owner_exec);
    const auto writer = VideoWriter::open(folder / "clip.mp4", settings_for(32, 32));
    if (!is_root) fs::permissions(folder, fs::perms::owner_all);
    ASSERT_FALSE(writer.ok());
    expect_error(writer.error(), ErrorCode::kIo, is_root ? "Read-only" : "Permission denied");
}

TEST(DiskFaults, FolderThatVanishes) {
    const TempFolder temp;
    const fs::path folder = temp.path / "gone";
    fs::create_directories(folder);
    auto writer = VideoWriter::open(folder / "clip.mp4", settings_for(32, 32)).value();
    ASSERT_TRUE(writer->push(bars(32, 32)).ok());
    fs::remove_all(folder);
    const auto result = writer->finish();
    ASSERT_FALSE(result.ok());
    EXPECT_FALSE(result.error().fix.empty());
}

TEST(DiskFaults, LinkThatAppearsMeanwhile) {
    const TempFolder temp;
    auto writer = VideoWriter::open(temp.path / "clip.mp4", settings_for(32, 32)).value();
    ASSERT_TRUE(writer->push(bars(32, 32)).ok());
    fs::create_symlink(temp.path / "victim", temp.path / "clip.mp4");
    EXPECT_FALSE(writer->finish().ok());
    EXPECT_FALSE(fs::exists(temp.path / "victim"));
    EXPECT_EQ(temp.names().size(), 1u);  // the link itself
}

}  // namespace
}  // namespace studio::media
#endif

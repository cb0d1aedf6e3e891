// media/byte_file.h - a file under libavformat that we opened ourselves: any name works, a new file never replaces or
// follows anything, and the container cannot open a second one.
#pragma once
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>

#include "core/result.h"
#include "media/av_ptr.h"

namespace studio::media {

class ByteFile {
  public:
    /// Existing regular file.   Errors: NotFound, Io.
    static Result<std::unique_ptr<ByteFile>> open(const std::filesystem::path& path);
    /// New file; nothing when the name is taken (also by a dangling link).   Errors: Io.
    static Result<std::optional<std::unique_ptr<ByteFile>>> create(const std::filesystem::path& path);
    ByteFile(const ByteFile&) = delete;
    ByteFile& operator=(const ByteFile&) = delete;
    ~ByteFile() = default;

    AVIOContext* io() noexcept { return io_.get(); }
    const std::filesystem::path& path() const noexcept { return path_; }
    /// Reads fail with AVERROR_EXIT from then on.
    void set_deadline(std::chrono::steady_clock::time_point deadline) noexcept { deadline_ = deadline; }
    /// Flush and close.   Errors: Io.
    Result<void> close();

  private:
    struct Close {
        void operator()(std::FILE* f) const noexcept { std::fclose(f); }
    };
    ByteFile(std::FILE* file, std::filesystem::path path, bool is_output);
    static int read(void* self, std::uint8_t* data, int size) noexcept;
    static std::int64_t seek(void* self, std::int64_t offset, int whence) noexcept;
#if LIBAVFORMAT_VERSION_MAJOR >= 61
    static int write(void* self, const std::uint8_t* data, int size) noexcept;
#else
    static int write(void* self, std::uint8_t* data, int size) noexcept;
#endif

    std::unique_ptr<std::FILE, Close> file_;
    std::filesystem::path path_;
    std::optional<std::chrono::steady_clock::time_point> deadline_;
    IoPtr io_;
};

}  // namespace studio::media

#include "media/byte_file.h"

#include <cerrno>
#include <cstring>
#include <system_error>

#include "core/files.h"
#include "core/text.h"
#include "media/av_error.h"

namespace studio::media {
namespace {

constexpr int kBufferBytes = 64 * 1024;

std::FILE* open_stream(const std::filesystem::path& path, bool is_new) {
#ifdef _WIN32
    return _wfopen(path.c_str(), is_new ? L"w+bx" : L"rb");
#else
    return std::fopen(path.c_str(), is_new ? "w+bxe" : "rbe");
#endif
}

std::int64_t tell(std::FILE* file) {
#ifdef _WIN32
    return _ftelli64(file);
#else
    return ::ftello(file);
#endif
}

bool seek_to(std::FILE* file, std::int64_t offset, int whence) {
#ifdef _WIN32
    return _fseeki64(file, offset, whence) == 0;
#else
    return ::fseeko(file, static_cast<off_t>(offset), whence) == 0;
#endif
}

int last_error() {
    return errno == 0 ? AVERROR(EIO) : AVERROR(errno);
}

}  // namespace

ByteFile::ByteFile(std::FILE* file, std::filesystem::path path, bool is_output) : file_(file), path_(std::move(path)) {
    std::setvbuf(file, nullptr, _IONBF, 0);  // libavformat buffers; a second buffer would report a full disk too late
    auto* buffer = static_cast<unsigned char*>(av_malloc(kBufferBytes));
    io_.reset(buffer ? avio_alloc_context(buffer, kBufferBytes, is_output, this, read, write, seek) : nullptr);
    if (!io_) av_free(buffer);
}

Result<std::unique_ptr<ByteFile>> ByteFile::open(const std::filesystem::path& path) {
    STUDIO_TRY_VOID(require_regular_file(path));
    std::FILE* file = open_stream(path, false);
    if (!file) return read_failure(last_error(), path, "opening the video");
    std::unique_ptr<ByteFile> opened(new ByteFile(file, path, false));
    if (!opened->io()) return read_failure(AVERROR(ENOMEM), path, "opening the video");
    return opened;
}

Result<std::optional<std::unique_ptr<ByteFile>>> ByteFile::create(const std::filesystem::path& path) {
    errno = 0;
    std::FILE* file = open_stream(path, true);
    if (!file && errno == EEXIST) return std::optional<std::unique_ptr<ByteFile>>();
    if (!file) return write_failure(last_error(), path);
    std::unique_ptr<ByteFile> created(new ByteFile(file, path, true));
    if (!created->io()) return write_failure(AVERROR(ENOMEM), path);
    return std::optional<std::unique_ptr<ByteFile>>(std::move(created));
}

Result<void> ByteFile::close() {
    const int pending = io_->error;
    io_.reset();
    errno = 0;
    if (std::fclose(file_.release()) != 0) return write_failure(last_error(), path_);
    if (pending < 0) return write_failure(pending, path_);
    return {};
}

int ByteFile::read(void* self, std::uint8_t* data, int size) noexcept {
    auto& file = *static_cast<ByteFile*>(self);
    if (file.deadline_ && std::chrono::steady_clock::now() > *file.deadline_) return AVERROR_EXIT;
    errno = 0;
    const std::size_t got = std::fread(data, 1, static_cast<std::size_t>(size), file.file_.get());
    if (got > 0) return static_cast<int>(got);
    return std::feof(file.file_.get()) ? AVERROR_EOF : last_error();
}

#if LIBAVFORMAT_VERSION_MAJOR >= 61
int ByteFile::write(void* self, const std::uint8_t* data, int size) noexcept {
#else
int ByteFile::write(void* self, std::uint8_t* data, int size) noexcept {
#endif
    auto& file = *static_cast<ByteFile*>(self);
    errno = 0;
    const std::size_t written = std::fwrite(data, 1, static_cast<std::size_t>(size), file.file_.get());
    return written == static_cast<std::size_t>(size) ? size : last_error();
}

std::int64_t ByteFile::seek(void* self, std::int64_t offset, int whence) noexcept {
    auto& file = *static_cast<ByteFile*>(self);
    errno = 0;
    if (whence & AVSEEK_SIZE) {
        const std::int64_t here = tell(file.file_.get());
        if (here < 0 || !seek_to(file.file_.get(), 0, SEEK_END)) return last_error();
        const std::int64_t size = tell(file.file_.get());
        return seek_to(file.file_.get(), here, SEEK_SET) ? size : last_error();
    }
    if (!seek_to(file.file_.get(), offset, whence & ~AVSEEK_FORCE)) return last_error();
    return tell(file.file_.get());
}

}  // namespace studio::media

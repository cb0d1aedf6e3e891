#include "image/source.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include "core/files.h"
#include "core/text.h"
#include "image/still.h"

namespace studio::image {
namespace {

constexpr std::chrono::seconds kTimeLimit{15};
constexpr const char* kExport = "Open it in an image program and export it as PNG or JPEG.";

struct CloseFile {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

std::unique_ptr<std::FILE, CloseFile> open_file(const std::filesystem::path& path) {
#ifdef _WIN32
    return std::unique_ptr<std::FILE, CloseFile>(_wfopen(path.c_str(), L"rb"));
#else
    return std::unique_ptr<std::FILE, CloseFile>(std::fopen(path.c_str(), "rbe"));
#endif
}

Error unreadable(const std::filesystem::path& path, int code) {
    return {ErrorCode::kIo,
            fmt::format("The image cannot be read: {}.", std::generic_category().message(code)),
            path_to_utf8(path),
            {},
            "Check the permissions of the file and the disk.",
            {}};
}

}  // namespace

Result<Source> Source::read(const std::filesystem::path& path) {
    STUDIO_TRY_VOID(require_regular_file(path));
    std::error_code ec;
    const std::uint64_t size = std::filesystem::file_size(path, ec);
    if (ec) return unreadable(path, ec.value());
    Source source;
    source.path_ = path;
    source.deadline_ = std::chrono::steady_clock::now() + kTimeLimit;
    if (size == 0) return source.damaged("it is empty");
    if (size > kMaxFileBytes)
        return source.not_read(
            fmt::format("an image file of {}; the limit is {}", format_bytes(size), format_bytes(kMaxFileBytes)));
    errno = 0;
    const auto file = open_file(path);
    if (!file) return unreadable(path, errno);
    source.bytes_.resize(static_cast<std::size_t>(size));
    const std::size_t got = std::fread(source.bytes_.data(), 1, source.bytes_.size(), file.get());
    if (got < source.bytes_.size() && std::ferror(file.get())) return unreadable(path, errno);
    source.bytes_.resize(got);
    return source;
}

std::string Source::file() const {
    return path_to_utf8(path_);
}

Error Source::damaged(const std::string& why) const {
    return corrupt_file(file(), {}, fmt::format("The image is damaged: {}.", why),
                        "Copy or download the image again, or choose another one.");
}

Error Source::not_read(const std::string& what) const {
    return {ErrorCode::kUnsupported, fmt::format("This is {}, which is not read.", what), file(), {}, kExport, {}};
}

Error Source::too_slow() const {
    return {ErrorCode::kUnsupported,
            fmt::format("The image takes more than {} seconds to decode.", kTimeLimit.count()),
            file(),
            {},
            kExport,
            {}};
}

Error Source::no_memory() const {
    return {ErrorCode::kUnsupported,
            "The image needs more memory to decode than there is.",
            file(),
            {},
            "Make it smaller in an image program.",
            {}};
}

Result<void> check_size(const Source& source, std::int64_t width, std::int64_t height) {
    if (width <= 0 || height <= 0) return source.damaged(fmt::format("its size is {} x {}", width, height));
    if (width <= kMaxSide && height <= kMaxSide && width * height <= kMaxPixels) return {};
    const double bytes = static_cast<double>(width) * static_cast<double>(height) * 4;
    return Error{ErrorCode::kUnsupported,
                 fmt::format("{} x {} pixels need {:.1f} GB; the limit is {} megapixels and {} pixels a side.", width,
                             height, bytes / 1e9, kMaxPixels / 1'000'000, kMaxSide),
                 source.file(),
                 {},
                 "Make the image smaller in an image program.",
                 {}};
}

int reduction(std::int64_t width, std::int64_t height) noexcept {
    int factor = 1;
    while (factor < 8 && ((width + factor - 1) / factor) * ((height + factor - 1) / factor) > kMaxDecodedPixels)
        factor *= 2;
    return factor;
}

}  // namespace studio::image

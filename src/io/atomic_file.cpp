#include "io/atomic_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <random>
#include <system_error>
#include <utility>

#include "core/platform.h"
#include "core/text.h"

namespace studio::io {
namespace fs = std::filesystem;
namespace {

/// Streams may fail without saying why.
std::error_code from_errno(int number) {
    return {number != 0 ? number : EIO, std::generic_category()};
}

}  // namespace

Result<AtomicFile> AtomicFile::create(const fs::path& target) {
    AtomicFile out;
    out.target_ = target;
    std::random_device random;
    int number = 0;
    for (int attempt = 0; attempt < 8; ++attempt) {
        fs::path aside =
            target.parent_path() / path_from_utf8(fmt::format(".turbo-studio-{:08x}{:08x}.part", random(), random()));
        out.file_ = platform::create_new_file(aside, number);
        if (out.file_ != nullptr) {
            out.aside_ = std::move(aside);
            return out;
        }
        if (number != EEXIST) break;
    }
    return out.failed(from_errno(number));
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : file_(std::exchange(other.file_, nullptr)),
      target_(std::move(other.target_)),
      aside_(std::exchange(other.aside_, fs::path())) {}

AtomicFile::~AtomicFile() {
    if (file_ != nullptr) std::fclose(file_);
    std::error_code ignored;
    if (!aside_.empty()) fs::remove(aside_, ignored);
}

Error AtomicFile::failed(std::error_code problem) const {
    const std::string name = path_to_utf8(target_);
    const char* fix = "Check that the folder exists and that you may write there.";
    if (problem == std::errc::no_space_on_device) fix = "Free some disk space or choose another disk, then try again.";
    if (problem == std::errc::read_only_file_system) fix = "The disk is read-only: choose another folder.";
    return {
        ErrorCode::kIo,
        fmt::format("{} cannot be written: {}.", escape_for_display(name, 1000), escape_for_display(problem.message())),
        name,
        {},
        fix,
        {}};
}

Result<void> AtomicFile::write(std::span<const std::byte> bytes) {
    errno = 0;
    if (bytes.empty() || std::fwrite(bytes.data(), 1, bytes.size(), file_) == bytes.size()) return {};
    return failed(from_errno(errno));
}

Result<void> AtomicFile::finish() {
    errno = 0;
    if (std::fflush(file_) != 0) return failed(from_errno(errno));
    if (const int number = platform::sync_stream(file_); number != 0) return failed(from_errno(number));
    if (std::fclose(std::exchange(file_, nullptr)) != 0) return failed(from_errno(errno));
    return {};
}

Result<void> AtomicFile::commit_replacing() {
    STUDIO_TRY_VOID(finish());
    std::error_code problem;
    fs::rename(aside_, target_, problem);
    if (problem) return failed(problem);
    aside_.clear();
    return platform::sync_folder(target_.parent_path());
}

Result<bool> AtomicFile::commit_new() {
    STUDIO_TRY_VOID(finish());
    STUDIO_TRY(is_placed, platform::rename_no_replace(aside_, target_));
    if (!is_placed) return false;
    aside_.clear();
    STUDIO_TRY_VOID(platform::sync_folder(target_.parent_path()));
    return true;
}

Result<void> write_text_file(const fs::path& path, std::string_view text) {
    STUDIO_TRY(file, AtomicFile::create(path));
    STUDIO_TRY_VOID(file.write(text));
    return file.commit_replacing();
}

}  // namespace studio::io

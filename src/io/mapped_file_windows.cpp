#include <windows.h>

#include <fmt/format.h>

#include <limits>
#include <system_error>

#include "core/files.h"
#include "core/text.h"
#include "io/mapped_file.h"

namespace studio::io {
namespace {

Error cannot_open(const std::filesystem::path& path, DWORD number) {
    const std::string name = path_to_utf8(path);
    const bool is_in_use = number == ERROR_SHARING_VIOLATION || number == ERROR_LOCK_VIOLATION;
    return {ErrorCode::kIo,
            fmt::format("{} cannot be opened: {}.", escape_for_display(name, 1000),
                        is_in_use ? "another program is writing it" : fmt::format("Windows error {}", number)),
            name,
            {},
            is_in_use ? "Wait until the download or copy has finished, then try again."
                      : "Check the permissions of the file and that its disk is there.",
            {}};
}

}  // namespace

struct MappedFile::System {
    HANDLE file = INVALID_HANDLE_VALUE;
    HANDLE mapping = nullptr;
    BY_HANDLE_FILE_INFORMATION at_open{};
};

MappedFile::MappedFile() : system_(std::make_unique<System>()) {}

MappedFile::~MappedFile() {
    if (!bytes_.empty()) UnmapViewOfFile(bytes_.data());
    if (system_->mapping != nullptr) CloseHandle(system_->mapping);
    if (system_->file != INVALID_HANDLE_VALUE) CloseHandle(system_->file);
}

Result<std::shared_ptr<const MappedFile>> MappedFile::open(const std::filesystem::path& path) {
    STUDIO_TRY_VOID(require_regular_file(path));
    std::shared_ptr<MappedFile> file(new MappedFile);
    file->path_ = path;
    System& system = *file->system_;
    // Nobody may write while it is open here, so the weights cannot change under the program.
    system.file = CreateFileW(path.c_str(), GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, nullptr, OPEN_EXISTING,
                              FILE_ATTRIBUTE_NORMAL, nullptr);
    if (system.file == INVALID_HANDLE_VALUE) return cannot_open(path, GetLastError());
    if (GetFileType(system.file) != FILE_TYPE_DISK) return cannot_open(path, ERROR_BAD_FILE_TYPE);
    LARGE_INTEGER size{};
    if (!GetFileInformationByHandle(system.file, &system.at_open) || !GetFileSizeEx(system.file, &size)) {
        return cannot_open(path, GetLastError());
    }
    if (static_cast<std::uint64_t>(size.QuadPart) > std::numeric_limits<std::size_t>::max())
        return cannot_open(path, ERROR_FILE_TOO_LARGE);
    if (size.QuadPart == 0) return std::shared_ptr<const MappedFile>(std::move(file));
    system.mapping = CreateFileMappingW(system.file, nullptr, PAGE_READONLY, 0, 0, nullptr);
    if (system.mapping == nullptr) return cannot_open(path, GetLastError());
    const void* const data = MapViewOfFile(system.mapping, FILE_MAP_READ, 0, 0, 0);
    if (data == nullptr) return cannot_open(path, GetLastError());
    file->bytes_ = {static_cast<const std::byte*>(data), static_cast<std::size_t>(size.QuadPart)};
    return std::shared_ptr<const MappedFile>(std::move(file));
}

Result<void> MappedFile::verify_unchanged() const {
    BY_HANDLE_FILE_INFORMATION now{};
    const BY_HANDLE_FILE_INFORMATION& then = system_->at_open;
    const bool is_same = GetFileInformationByHandle(system_->file, &now) && now.nFileSizeHigh == then.nFileSizeHigh &&
                         now.nFileSizeLow == then.nFileSizeLow &&
                         CompareFileTime(&now.ftLastWriteTime, &then.ftLastWriteTime) == 0;
    if (is_same) return {};
    const std::string name = path_to_utf8(path_);
    return Error{
        ErrorCode::kIo,
        fmt::format("{} was changed by another program while it was being read.", escape_for_display(name, 1000)),
        name,
        {},
        "Wait until the download or copy has finished, then open the model again.",
        {}};
}

void MappedFile::prefetch(std::uint64_t, std::uint64_t) const noexcept {}

}  // namespace studio::io

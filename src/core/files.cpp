#include "core/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "core/text.h"

namespace studio {
namespace fs = std::filesystem;
namespace {

Error not_readable(const std::string& name, const std::string& why, const std::string& fix) {
    return {ErrorCode::kIo, fmt::format("{} cannot be read: {}.", escape_for_display(name), why), name, {}, fix, {}};
}

const char* kind_name(fs::file_type type) {
    switch (type) {
        case fs::file_type::directory:
            return "it is a folder";
        case fs::file_type::fifo:
            return "it is a pipe, not a file";
        case fs::file_type::socket:
            return "it is a socket, not a file";
        case fs::file_type::block:
        case fs::file_type::character:
            return "it is a device, not a file";
        default:
            return "it is not an ordinary file";
    }
}

}  // namespace

Result<void> require_regular_file(const fs::path& path) {
    const std::string name = path_to_utf8(path);
    const auto& native = path.native();
    if (path.empty() || native.find(fs::path::value_type{}) != native.npos) {
        return Error{ErrorCode::kNotFound,
                     "The file name is empty or contains a NUL character.",
                     name,
                     {},
                     "Give the path of an existing file.",
                     {}};
    }
    std::error_code failed;
    const fs::file_status status = fs::status(path, failed);
    if (status.type() == fs::file_type::not_found) {
        return Error{ErrorCode::kNotFound,
                     fmt::format("There is no file {}.", escape_for_display(name, 1000)),
                     name,
                     {},
                     "Check the path; names are case sensitive.",
                     {}};
    }
    if (failed) return not_readable(name, failed.message(), "Check the permissions of the file and of its folders.");
    if (status.type() != fs::file_type::regular) {
        return not_readable(name, kind_name(status.type()), "Give the path of an ordinary file.");
    }
    return {};
}

Result<std::string> read_small_file(const fs::path& path, std::size_t max_bytes) {
    STUDIO_TRY_VOID(require_regular_file(path));
    const std::string name = path_to_utf8(path);
    std::ifstream in(path, std::ios::binary);
    if (!in) return not_readable(name, "the system refuses to open it", "Check the permissions of the file.");
    std::string text;
    char block[65536];
    while (in.read(block, sizeof block), in.gcount() > 0) {
        text.append(block, static_cast<std::size_t>(in.gcount()));
        if (text.size() > max_bytes) {
            return corrupt_file(name, {},
                                fmt::format("{} is larger than {}, the most that a file of this kind may have.",
                                            escape_for_display(name, 1000), format_bytes(max_bytes)),
                                "Check that this is the right file, or download it again.");
        }
    }
    if (in.bad()) return not_readable(name, "reading failed", "Check the disk, then try again.");
    return text;
}

bool is_there(const std::filesystem::path& path) noexcept {
    std::error_code ignored;
    return std::filesystem::exists(path, ignored);
}

bool is_folder(const std::filesystem::path& path) noexcept {
    std::error_code ignored;
    return std::filesystem::is_directory(path, ignored);
}

bool is_taken(const std::filesystem::path& path) noexcept {
    std::error_code ignored;
    return std::filesystem::exists(std::filesystem::symlink_status(path, ignored));
}

}  // namespace studio

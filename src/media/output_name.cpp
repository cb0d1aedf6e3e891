#include "media/output_name.h"

#include <string>

#include "core/platform.h"
#include "core/text.h"

namespace studio::media {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kMaxNameBytes = 255;

Error refused(ErrorCode code, const fs::path& target, std::string message, std::string fix) {
    return {code, std::move(message), path_to_utf8(target), "output", std::move(fix), {}};
}

/// `stem` + `ending`, with `stem` cut by whole characters until both fit a file name.
fs::path fitting_name(const fs::path& folder, std::string stem, const std::string& ending) {
    while (!stem.empty() && stem.size() + ending.size() > kMaxNameBytes) {
        while (stem.size() > 1 && (static_cast<unsigned char>(stem.back()) & 0xC0u) == 0x80u)
            stem.pop_back();
        stem.pop_back();
    }
    return folder / path_from_utf8(stem + ending);
}

Result<void> check_no_link(const fs::path& target) {
    std::error_code ignored;
    const fs::file_status status = fs::symlink_status(target, ignored);
    if (fs::is_symlink(status))
        return refused(ErrorCode::kIo, target,
                       "The name of the video is a symbolic link; writing through links is refused.",
                       "Choose another name, or remove the link.");
    if (fs::is_directory(status))
        return refused(ErrorCode::kIo, target, "The name of the video is that of a folder.",
                       "Add a file name, such as video.mp4.");
    if (fs::exists(status) && !fs::is_regular_file(status))
        return refused(ErrorCode::kIo, target, "The name of the video is that of a device or pipe.",
                       "Choose another name.");
    return {};
}

}  // namespace

Result<void> check_target(const fs::path& target) {
    const std::string name = path_to_utf8(target.filename());
    if (name.empty() || name == "." || name == "..")
        return refused(ErrorCode::kInvalidArgument, target, "The video has no file name.",
                       "Add a file name, such as video.mp4.");
    if (name.size() > kMaxNameBytes)
        return refused(ErrorCode::kInvalidArgument, target,
                       "The file name has " + std::to_string(name.size()) + " bytes; the limit is 255.",
                       "Choose a shorter name.");
    std::error_code code;
    const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
    const fs::file_status status = fs::status(folder, code);
    if (!fs::exists(status)) {
        const bool is_missing = !code || code == std::errc::no_such_file_or_directory;
        return refused(is_missing ? ErrorCode::kNotFound : ErrorCode::kIo, folder,
                       is_missing ? "The folder for the video does not exist."
                                  : "The folder for the video cannot be used: " + code.message() + ".",
                       "Create the folder, or choose another one.");
    }
    if (!fs::is_directory(status))
        return refused(ErrorCode::kIo, folder, "The folder for the video is a file.", "Choose a folder.");
    return check_no_link(target);
}

fs::path part_path(const fs::path& target, int attempt) {
    const std::string ending = attempt <= 1 ? ".part" : "." + std::to_string(attempt) + ".part";
    return fitting_name(target.parent_path(), path_to_utf8(target.filename()), ending);
}

Result<fs::path> rename_to_free_name(const fs::path& part, const fs::path& target) {
    constexpr int kMaxNumber = 9999;
    std::error_code ignored;
    // A folder that is there is only a name that is taken.
    if (!fs::is_directory(part, ignored)) STUDIO_TRY_VOID(check_no_link(target));
    for (int number = 1; number <= kMaxNumber; ++number) {
        const std::string ending =
            (number == 1 ? "" : " (" + std::to_string(number) + ")") + path_to_utf8(target.extension());
        const fs::path name =
            number == 1 ? target : fitting_name(target.parent_path(), path_to_utf8(target.stem()), ending);
        STUDIO_TRY(renamed, platform::rename_no_replace(part, name));
        if (renamed) return name;
    }
    return refused(ErrorCode::kIo, target, "All names up to (9999) are taken.", "Choose another name or folder.");
}

}  // namespace studio::media

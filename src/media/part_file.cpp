#include "media/part_file.h"

#include <system_error>

#include "core/log.h"
#include "core/platform.h"
#include "core/text.h"
#include "media/av_error.h"
#include "media/output_name.h"

namespace studio::media {
namespace fs = std::filesystem;
namespace {

constexpr int kMaxAttempts = 1000;

Error too_many_parts(const fs::path& target) {
    return {ErrorCode::kIo,
            "The folder holds a thousand unfinished files of this name.",
            path_to_utf8(target),
            "output",
            "Remove the files that end in .part.",
            {}};
}

Result<fs::path> replace(const fs::path& part, const fs::path& target) {
    STUDIO_TRY_VOID(check_target(target));
    std::error_code failed;
    fs::rename(part, target, failed);
    if (failed) return write_failure(AVERROR(failed.value()), target);
    return target;
}

}  // namespace

Result<std::unique_ptr<ByteFile>> create_part(const fs::path& target) {
    for (int attempt = 1; attempt <= kMaxAttempts; ++attempt) {
        STUDIO_TRY(created, ByteFile::create(part_path(target, attempt)));
        if (created) return std::move(*created);
    }
    return too_many_parts(target);
}

Result<fs::path> create_part_folder(const fs::path& target) {
    for (int attempt = 1; attempt <= kMaxAttempts; ++attempt) {
        const fs::path folder = part_path(target, attempt);
        std::error_code failed;
        if (fs::create_directory(folder, failed)) return folder;
        if (failed && failed != std::errc::file_exists) return write_failure(AVERROR(failed.value()), folder);
    }
    return too_many_parts(target);
}

Result<fs::path> deliver_part(const fs::path& part, const fs::path& target, bool overwrite) {
    std::error_code ignored;
    if (!fs::is_directory(part, ignored)) STUDIO_TRY_VOID(platform::sync_file(part));
    STUDIO_TRY(name, overwrite ? replace(part, target) : rename_to_free_name(part, target));
    if (const auto synced = platform::sync_folder(name.parent_path()); !synced.ok())
        log::warning("file saved, but its folder could not be synced: {}", synced.error().message);
    return name;
}

}  // namespace studio::media

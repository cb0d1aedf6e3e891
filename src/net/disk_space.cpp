#include <fmt/format.h>

#include "core/text.h"
#include "net/download_file.h"

namespace studio::net {
namespace fs = std::filesystem;

Result<void> require_disk_space(const fs::path& target, std::uint64_t bytes, std::uint64_t reserve) {
    // The folder may not exist yet: its nearest existing parent is on the same disk.
    std::error_code problem;
    fs::path folder = fs::absolute(target, problem).parent_path();
    while (!fs::exists(folder, problem) && folder.has_relative_path())
        folder = folder.parent_path();
    const fs::space_info space = fs::space(folder, problem);
    if (problem) return {};  // some network disks do not say; writing will
    if (space.available >= bytes && space.available - bytes >= reserve) return {};
    return Error{ErrorCode::kIo,
                 fmt::format("There is not enough space for {}: {} are needed and {} are free.",
                             escape_for_display(path_to_utf8(target.filename()), 200), format_bytes(bytes + reserve),
                             format_bytes(space.available)),
                 path_to_utf8(target),
                 "disk",
                 fmt::format("Free {} on this disk, or choose a models folder on another one.",
                             format_bytes(bytes + reserve - space.available)),
                 {}};
}

}  // namespace studio::net

#include <fmt/format.h>

#include <limits>

#include "core/disk_space.h"
#include "core/text.h"

namespace studio {
namespace fs = std::filesystem;

Result<void> require_disk_space(const fs::path& target, std::uint64_t bytes, std::uint64_t reserve) {
    // The folder may not exist yet: its nearest existing parent is on the same disk.
    std::error_code problem;
    fs::path folder = fs::absolute(target, problem).parent_path();
    while (!fs::exists(folder, problem) && folder.has_relative_path())
        folder = folder.parent_path();
    const fs::space_info space = fs::space(folder, problem);
    if (problem) return {};  // some network disks do not say; writing will
    constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
    const std::uint64_t needed = bytes > kMost - reserve ? kMost : bytes + reserve;
    if (space.available >= needed) return {};
    return Error{ErrorCode::kIo,
                 fmt::format("There is not enough space for {}: {} are needed and {} are free.",
                             escape_for_display(path_to_utf8(target.filename()), 200), format_bytes(needed),
                             format_bytes(space.available)),
                 path_to_utf8(target),
                 "disk",
                 fmt::format("Free {} on this disk, or choose a models folder on another one.",
                             format_bytes(needed - space.available)),
                 {}};
}

}  // namespace studio

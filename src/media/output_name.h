// media/output_name.h - where a finished video may go: checks before the work starts, and a name that is free at its
// end.
#pragma once
#include <filesystem>

#include "core/result.h"

namespace studio::media {

/// The folder exists, the name is no link, folder or device, and is not too long.   Errors: Io, NotFound,
/// InvalidArgument, each with field "output".
Result<void> check_target(const std::filesystem::path& target);

/// "name.mp4.part"; "name.mp4.2.part" and so on for a taken one. A name too long for that is cut by whole characters.
std::filesystem::path part_path(const std::filesystem::path& target, int attempt);

/// Rename `part` to `target`, or to "name (2).mp4" and so on; nothing is ever replaced. Returns the name it got.
/// Errors   Io; also when `target` has become a link meanwhile.
Result<std::filesystem::path> rename_to_free_name(const std::filesystem::path& part,
                                                  const std::filesystem::path& target);

}  // namespace studio::media

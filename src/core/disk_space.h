// core/disk_space.h - refuse before hours of writing, not after.
#pragma once
#include <cstdint>
#include <filesystem>

#include "core/result.h"

namespace studio {

/// Is there room for `bytes` more where `target` is to be, with `reserve` left? A disk that does not say counts as
/// large enough. Errors  Io with `field` "disk", naming the target and both numbers.
Result<void> require_disk_space(const std::filesystem::path& target, std::uint64_t bytes, std::uint64_t reserve);

}  // namespace studio

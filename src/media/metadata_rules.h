// media/metadata_rules.h - what a container's keys and values may be, so that they come back as they were written.
#pragma once
#include <map>
#include <string>

#include "core/result.h"

namespace studio::media {

/// Keys: 1 to 64 of A-Z a-z 0-9 . _ -   Values: UTF-8 without NUL, at most 1 MiB each; an empty one is left out.
/// Errors   InvalidArgument naming the key.
Result<void> check_metadata(const std::map<std::string, std::string>& metadata);

}  // namespace studio::media

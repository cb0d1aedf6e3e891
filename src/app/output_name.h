// app/output_name.h - the name of a video that goes into a folder, from a pattern.
#pragma once
#include <ctime>
#include <string>

#include "app/generation_request.h"

namespace studio {

/// The name without ".mp4": request.name_pattern with {date} "2026-11-24", {time} "10-15-00", {seed}, {model},
/// {prompt} (its first words, in any script) and {source} (name of the start image) filled in; video_name() when the
/// pattern is empty. Never empty, at most 120 bytes cut by whole characters, and allowed on Linux and Windows: what no
/// file name may hold becomes '-'.
/// Precondition  the pattern passed check_name_pattern(); a place holder that it does not know stays as it is.
std::string made_name(const GenerationRequest& request, const std::string& model_name,
                      std::time_t now = std::time(nullptr));

}  // namespace studio

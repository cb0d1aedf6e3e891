// app/output_path.h - where the video will go: decided and checked before the work starts.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/result.h"

namespace studio {

struct OutputChoice {
    std::filesystem::path path;        // absolute, ends in .mp4, free now
    std::vector<std::string> notices;  // a folder to be made, a name taken
};

/// `wanted` empty: ./outputs (made by make_output_folder when the job runs). An existing folder: a name is made from
/// `stem`. Otherwise a file name that ends in .mp4 in an existing folder; a taken name becomes "name (2).mp4". Errors
/// field "output": NotFound (folder missing), InvalidArgument (not .mp4, name too long, NUL), Io (a link, not
///          writable, fewer than needed_bytes free).
Result<OutputChoice> choose_output(const std::string& wanted, const std::string& stem, std::uint64_t needed_bytes);

/// Make the folder of a chosen path if it is missing; only the default one can be.   Errors   field "output": Io.
Result<void> make_output_folder(const std::filesystem::path& output_path);

/// Can a file of that size be written into `folder`?   Errors   field "output": Io.
Result<void> check_output_folder(const std::filesystem::path& folder, std::uint64_t needed_bytes);

/// `path`, or "name (2).mp4", "name (3).mp4", ... whichever is free.
std::filesystem::path free_name(const std::filesystem::path& path);

}  // namespace studio

// media/part_file.h - a file, or a folder of files, on its way: under another name until it is complete.
#pragma once
#include <filesystem>
#include <memory>

#include "media/byte_file.h"

namespace studio::media {

/// A new file beside `target`: "name.mp4.part", or the next free such name.   Errors: Io.
Result<std::unique_ptr<ByteFile>> create_part(const std::filesystem::path& target);
/// A new, empty folder "name.part".   Errors: Io.
Result<std::filesystem::path> create_part_folder(const std::filesystem::path& target);

/// Give a complete file or folder its name, so that it survives a power cut: `target`, or "name (2).mp4" when that is
/// taken, or, with `overwrite`, in the place of the file that is there. Returns the name it got.
/// Errors   Io; also when `target` has become a link or a folder meanwhile.
Result<std::filesystem::path> deliver_part(const std::filesystem::path& part, const std::filesystem::path& target,
                                           bool overwrite);

}  // namespace studio::media

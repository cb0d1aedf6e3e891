// app/picture.h - a person's picture for the window: read, checked and small enough to show.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "core/frame.h"
#include "core/result.h"

namespace studio {

struct Picture {
    Frame pixels;                      // upright sRGB
    int width = 0, height = 0;         // of the file, upright; pixels may be smaller for very large files
    std::vector<std::string> notices;  // sentences for people: reduced, flattened, first frame only
};

/// Errors   NotFound, Io, Unsupported, CorruptFile, all naming the file (image/still.h says for what).
/// Threads  any; blocking, so never the GUI thread.
Result<Picture> read_picture(const std::filesystem::path& path);

}  // namespace studio

// app/inspect.h - everything a file tells about itself: recipe, mark, streams, sizes, timings.
#pragma once
#include <filesystem>

#include "core/json.h"
#include "core/result.h"

namespace studio {

/// An MP4:
/// {"file","bytes","kind":"video","video":{width,height,fps,num_frames,duration_s,codec,pixel_format,color_space},
/// "ai_generated":bool,"marks":{key: text},"recipe":{...} or null,"metadata":{other keys}}. A recipe JSON:
/// {"file","bytes","kind":"recipe","recipe":{...}}. A damaged recipe inside a good video is told in "recipe_error".
/// Errors   NotFound, CorruptFile, Unsupported (says what the file is and which command fits), Io; all name the file.
/// Threads  any; blocking.
Result<Json> inspect_file(const std::filesystem::path& path);

}  // namespace studio

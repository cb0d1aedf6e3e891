// app/clip.h - results back from disk: frames for a player, the recipe for "same settings again".
#pragma once
#include <filesystem>
#include <vector>

#include "app/generation_request.h"
#include "app/missing_parts.h"
#include "core/frame.h"

namespace studio {

struct Clip {
    double fps = 0;
    std::vector<Frame> frames;
};
/// Decode a video made by this program (or any H.264 MP4) for showing.
/// Limits   at most max_bytes of decoded pixels; more is an Error that says so.   Errors: NotFound, CorruptFile,
/// Unsupported, Io. Threads  any; blocking, so never the GUI thread.
Result<Clip> read_clip(const std::filesystem::path& path, std::uint64_t max_bytes = std::uint64_t{2} << 30);

/// The first frame alone, for a thumbnail.   Errors, threads: as read_clip.
Result<Clip> read_poster(const std::filesystem::path& path);

/// The last frame alone, to go on from.   Cost: decodes the whole video, keeps one frame.   Errors, threads: as
/// read_clip.
Result<Frame> read_last_frame(const std::filesystem::path& path);

struct Recipe {
    GenerationRequest request;  // same settings, same frames
    Json document;              // the whole recipe as stored: request, model hash, program version, timings, marks
    std::vector<MissingPart> missing;  // files of the settings that are not here, by read_recipe
};
/// From an MP4 made by this program or from its JSON.   Errors: NotFound, CorruptFile, Unsupported ("no recipe
/// inside"), Io.
Result<Recipe> read_recipe(const std::filesystem::path& path);

}  // namespace studio

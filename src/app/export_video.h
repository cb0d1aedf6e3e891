// app/export_video.h - a finished video in another form: for phones, web pages, chats, an editor; with or without what
// it tells about itself. The window and the command line use the same request. A video of ours has no sound; the sound
// of any other is left out, and said so.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace studio {

enum class ExportFormat {
    kH264,  // MP4, plays everywhere
    kHevc,  // MP4, smaller; newer phones and computers
    kWebm,  // WebM with VP9, for web pages
    kAv1,   // WebM with AV1, smallest; slow to make
    kGif,   // at most 256 colours; plays in every chat
    kPng,   // a folder of numbered pictures without loss
    kCopy,  // MP4 with the very same video data, nothing encoded again: to strip what the file tells
};
enum class ExportQuality { kSmall, kGood, kHigh, kBest };
enum class ExportMetadata {
    kKeep,   // recipe, marks, title: the file can make itself again
    kLabel,  // only that it was made by artificial intelligence: no prompt, no model, no folder, no date
    kNone,   // nothing at all
};
/// How another frame rate comes about.
enum class ExportMotion {
    kRepeat,       // frames are shown twice or left out
    kInterpolate,  // new frames are drawn between them along the movement; only upwards
};

struct ExportRequest {
    std::filesystem::path source;
    std::filesystem::path target;  // file, or for kPng the folder to be made; an existing folder (not kPng): a name is
                                   // made in it; empty: beside the source
    ExportFormat format = ExportFormat::kH264;
    ExportQuality quality = ExportQuality::kHigh;
    std::optional<int> crf;     // instead of the named quality, on the scale of the format (ExportFormatInfo)
    std::optional<double> fps;  // empty: as the source, uneven times of the frames included
    ExportMotion motion = ExportMotion::kRepeat;
    /// GIF: how often it plays, 0 for ever. Other formats but kPng and kCopy: how often the clip stands in the file one
    /// after the other, for players that do not loop.   Empty: for ever in a GIF, once elsewhere.   Limit 1000.
    std::optional<int> plays;
    /// Sides in pixels; both or none; kH264, kHevc, kWebm and kAv1 need even ones.   Or the half of the source.
    std::optional<int> width, height;
    bool is_half = false;
    ExportMetadata metadata = ExportMetadata::kKeep;
    bool overwrite = false;  // false: a taken name becomes "name (2).mp4". The source itself may be the target. Folders
                             // are never replaced
};

struct ExportFormatInfo {
    ExportFormat format{};
    std::string_view key;        // "h264", "hevc", "webm", "av1", "gif", "png", "copy": command line and settings file
    std::string_view extension;  // ".mp4"; kPng: none
    bool is_available = false;
    std::string reason;                  // why not, and what to do
    int crf_best = 0, crf_smallest = 0;  // scale of `crf`; both 0: the format has none
};
/// Every format, those that FFmpeg on this machine cannot write included.   Threads any.
std::vector<ExportFormatInfo> export_formats();
/// Can new frames be drawn between those that are there?   Otherwise why not.
Result<void> can_interpolate();

std::optional<ExportFormat> export_format(std::string_view key);
std::string_view to_string(ExportFormat format) noexcept;
std::optional<ExportQuality> export_quality(std::string_view key);  // small, good, high, best
std::string_view to_string(ExportQuality quality) noexcept;
std::optional<ExportMetadata> export_metadata(std::string_view key);  // keep, label, none
std::string_view to_string(ExportMetadata metadata) noexcept;

/// What an export would give, from the source's index alone.
struct ExportPlan {
    std::filesystem::path target;  // absolute; a name that is free now unless overwrite
    int width = 0, height = 0;
    double fps = 0;  // on average
    std::int64_t num_frames = 0;
    double duration_s = 0;
    std::uint64_t estimated_bytes = 0;  // a guess: noise and movement make it several times larger or smaller
    std::vector<std::string> notices;   // sound left out, recipe that the format cannot carry, ...
};
/// Check everything that can be checked without reading the frames.
/// Errors   InvalidArgument (field: format, crf, fps, plays, size, output), NotFound, CorruptFile, Unsupported (an
///          encoder that is missing here, a turned or HDR video), Io (folder missing or not writable).
/// Threads  any; blocking.
Result<ExportPlan> plan_export(const ExportRequest& request);

struct ExportProgress {
    std::int64_t done = 0, total = 0;  // units of work, for a bar; total stays, done only grows
};
struct ExportResult {
    std::filesystem::path path;
    std::uint64_t bytes = 0;  // of all files
    int width = 0, height = 0;
    double fps = 0;
    std::int64_t num_frames = 0;
    double duration_s = 0;
    std::vector<std::string> notices;
};
/// Write it: under another name until it is complete, so that whatever happens no half file has the wished name.
/// Memory   a few frames, however long the video is.
/// Errors   those of plan_export; Cancelled; Io (disk full); OutOfMemory.
/// Threads  any; blocking; several may run at once. `on_progress` is called on that thread, often.
Result<ExportResult> export_video(const ExportRequest& request, const std::stop_token& stop,
                                  const std::function<void(const ExportProgress&)>& on_progress = {});

}  // namespace studio

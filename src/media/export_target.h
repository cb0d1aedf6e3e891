// media/export_target.h - where exported packets go: one file with a container, or a folder of PNG pictures. Complete
// or not there at all.
#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "media/export_codec.h"
#include "media/transcode.h"

namespace studio::media {

class ExportTarget {
  public:
    /// Not finished: what was written is removed.
    virtual ~ExportTarget() = default;
    virtual Result<void> write(AVPacket& packet) = 0;
    /// Close, read back, sync, rename. `num_frames`: what must be in it.
    virtual Result<TranscodeResult> finish(std::int64_t num_frames) = 0;
};

/// `settings` must outlive it.   Errors   Io.
Result<std::unique_ptr<ExportTarget>> file_target(const std::filesystem::path& target, const MuxerSettings& muxer,
                                                  const AVCodecParameters& codec, AVRational time_base,
                                                  AVRational frame_rate, const TranscodeSettings& settings,
                                                  const TranscodeHooks& hooks);
/// frame_000001.png and so on; the whole metadata stands in the first picture, the label in every one.
Result<std::unique_ptr<ExportTarget>> png_target(const std::filesystem::path& target, const TranscodeSettings& settings,
                                                 const TranscodeHooks& hooks);

/// `png` with texts in it, before its pixels.   Source: PNG specification, 11.3.4.5 iTXt.
std::string with_png_texts(std::string_view png, const std::map<std::string, std::string>& texts);
/// `gif` with a comment before its end.   Source: GIF89a specification, 24.
Result<void> add_gif_comment(const std::filesystem::path& gif, std::string_view text);

}  // namespace studio::media

// media/muxer.h - packets and metadata into a container: MP4 whose index comes first ("faststart"), WebM, GIF.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "media/byte_file.h"

namespace studio::media {

enum class Container { kMp4, kWebm, kGif };

struct MuxerSettings {
    Container container = Container::kMp4;
    std::map<std::string, std::string> metadata;  // a GIF holds none
    bool is_anonymous = false;                    // no name and version of the program that wrote it
    int gif_plays = 0;                            // 0: for ever
};

/// Threads   Used by one thread at a time.
class Muxer {
  public:
    /// Writes into `file`, which must outlive the muxer. Packets come with times in `time_base`.   Errors: Io,
    /// OutOfMemory, Unsupported (codec and container do not go together).
    static Result<std::unique_ptr<Muxer>> open(ByteFile& file, const MuxerSettings& settings,
                                               const AVCodecParameters& codec, AVRational time_base,
                                               AVRational frame_rate);
    /// The same for what an encoder makes.
    static Result<std::unique_ptr<Muxer>> open(ByteFile& file, const MuxerSettings& settings,
                                               const AVCodecContext& encoder);
    /// Errors: Io.
    Result<void> write(AVPacket& packet);
    /// Write what comes last, and move an MP4's index to the front. `late_metadata`: what was not known at the start;
    /// MP4 only.   Errors: Io.
    Result<void> finish(const std::map<std::string, std::string>& late_metadata = {});

  private:
    Muxer(ByteFile& file, AVRational time_base) : file_(file), time_base_(time_base) {}
    Result<void> start(const MuxerSettings& settings, const AVCodecParameters& codec, AVRational frame_rate);
    Result<void> add(const std::map<std::string, std::string>& metadata);
    Error failure(int code) const;
    static int open_again(AVFormatContext* format, AVIOContext** io, const char* url, int flags,
                          AVDictionary** options) noexcept;
    static int close_again(AVFormatContext* format, AVIOContext* io) noexcept;

    ByteFile& file_;
    AVRational time_base_;
    std::unique_ptr<ByteFile> second_;  // the same file for reading, while the index moves
    FormatPtr format_;
};

}  // namespace studio::media

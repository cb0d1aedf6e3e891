// media/mp4_muxer.h - H.264 packets and metadata into an MP4 whose index comes first ("faststart").
#pragma once
#include <map>
#include <memory>
#include <string>

#include "media/byte_file.h"

namespace studio::media {

/// Threads   Used by one thread at a time.
class Mp4Muxer {
  public:
    /// Writes into `file`, which must outlive the muxer.   Errors: Io, OutOfMemory.
    static Result<std::unique_ptr<Mp4Muxer>> open(ByteFile& file, const AVCodecContext& codec);
    /// Times of the packet are in frames.   Errors: Io.
    Result<void> write(AVPacket& packet);
    /// Write metadata and index and move the index to the front.   Errors: Io.
    Result<void> finish(const std::map<std::string, std::string>& metadata);

  private:
    Mp4Muxer(ByteFile& file, AVRational time_base) : file_(file), time_base_(time_base) {}
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

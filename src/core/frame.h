// core/frame.h - finished pictures on their way from the decoder to a file or a screen.
#pragma once
#include <cstdint>
#include <vector>

#include "core/result.h"

namespace studio {

/// One 8-bit RGB picture, row-major, no padding: rgb.size() == width * height * 3.
struct Frame {
    int width = 0;
    int height = 0;
    std::int64_t index = 0;  // position in the video, from 0
    std::vector<std::uint8_t> rgb;
};

/// Receives frames in order. The pipeline knows this interface and no file format.
/// Threads   All calls come from one thread, one after the other.
class FrameSink {
  public:
    virtual ~FrameSink() = default;
    virtual Result<void> push(Frame frame) = 0;
};

}  // namespace studio

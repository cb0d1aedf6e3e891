// media/color.h - 8-bit RGB to and from video colours. Everything we write is BT.709, limited range.
#pragma once
#include "core/result.h"
#include "media/av_ptr.h"

namespace studio::media {

/// Full-range RGB24 to BT.709 limited-range yuv420p of the same even size.   Errors: OutOfMemory.
Result<ScalerPtr> rgb_to_bt709(int width, int height);

/// Whatever a decoded frame says about its colours to full-range RGB24. Untagged: BT.709 from 720 lines, else BT.601.
/// Errors   Unsupported (pixel format), OutOfMemory.
Result<ScalerPtr> frame_to_rgb(const AVFrame& frame);

/// The same to another size, as `format`: full-range RGB24, or BT.709 limited-range yuv420p.
Result<ScalerPtr> frame_to(const AVFrame& frame, int width, int height, AVPixelFormat format);

}  // namespace studio::media

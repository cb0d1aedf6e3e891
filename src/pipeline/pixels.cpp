#include "pipeline/pixels.h"

#include "core/check.h"
#include "tensor/ops_video.h"

namespace studio::pipeline {

at::Tensor to_u8(const at::Tensor& frames) {
    STUDIO_CHECK(frames.dim() == 5 && frames.size(0) == 1 && frames.size(1) == 3, "frames must be [1, 3, n, H, W]");
    return ops::frames_to_bytes(frames[0]);
}

std::vector<Frame> to_frames(const at::Tensor& frames, std::int64_t first_index) {
    const at::Tensor pixels = to_u8(frames).cpu();
    const auto bytes_per_frame = static_cast<std::size_t>(pixels.size(1) * pixels.size(2) * 3);
    const auto* data = pixels.const_data_ptr<std::uint8_t>();
    std::vector<Frame> out;
    for (std::int64_t i = 0; i < pixels.size(0); ++i) {
        Frame frame;
        frame.height = static_cast<int>(pixels.size(1));
        frame.width = static_cast<int>(pixels.size(2));
        frame.index = first_index + i;
        const auto* begin = data + static_cast<std::size_t>(i) * bytes_per_frame;
        frame.rgb.assign(begin, begin + bytes_per_frame);
        out.push_back(std::move(frame));
    }
    return out;
}

}  // namespace studio::pipeline

#include "pipeline/band_frames.h"

#include <algorithm>

#include "core/check.h"
#include "pipeline/pixels.h"

namespace studio::pipeline {

BandFrames::BandFrames(std::int64_t num_frames, std::int64_t height, std::int64_t width) {
    frames_.resize(static_cast<std::size_t>(num_frames));
    for (std::size_t i = 0; i < frames_.size(); ++i) {
        frames_[i].index = static_cast<std::int64_t>(i);
        frames_[i].height = static_cast<int>(height);
        frames_[i].width = static_cast<int>(width);
        frames_[i].rgb.resize(static_cast<std::size_t>(height * width * 3));
    }
}

void BandFrames::add(const at::Tensor& frames, std::int64_t first_frame, std::int64_t top) {
    const std::vector<Frame> parts = to_frames(frames, first_frame);
    for (const Frame& part : parts) {
        STUDIO_CHECK(part.index < static_cast<std::int64_t>(frames_.size()), "a band has more frames than the video");
        Frame& whole = frames_[static_cast<std::size_t>(part.index)];
        const std::size_t offset = static_cast<std::size_t>(top) * static_cast<std::size_t>(whole.width) * 3;
        STUDIO_CHECK(part.width == whole.width && offset + part.rgb.size() <= whole.rgb.size(),
                     "a band does not fit into the picture");
        std::copy(part.rgb.begin(), part.rgb.end(), whole.rgb.begin() + static_cast<std::ptrdiff_t>(offset));
    }
}

}  // namespace studio::pipeline

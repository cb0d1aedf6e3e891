#include "model/vae_repeat.h"

namespace studio {

VaeRepeat::VaeRepeat(const VaeEncoder& encoder)
    : encoder_(encoder), stream_(encoder.new_stream()), runs_(encoder.num_parts(), 0) {
    stream_.is_settled.assign(stream_.history.size(), false);
}

at::Tensor VaeRepeat::operator()(const at::Tensor& x, bool repeats) {
    // A different chunk runs through everything; the histories of skipped parts are where they would be.
    std::size_t index = repeats ? settled_.size() : 0;
    if (!repeats) settled_.clear();
    at::Tensor y = index == 0 ? x : settled_[index - 1];
    for (; index < encoder_.num_parts(); ++index) {
        y = encoder_.part(index, stream_, y);
        ++runs_[index];
        if (repeats && settled_.size() == index && encoder_.is_part_settled(index, stream_)) settled_.push_back(y);
    }
    stream_.is_first_chunk = false;
    return y;
}

}  // namespace studio

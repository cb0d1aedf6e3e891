#include "model/dit_blocks.h"

namespace studio {

DitBlocks::DitBlocks(std::shared_ptr<const DitLoader> loader, std::int64_t count, at::Device device,
                     Residency residency)
    : loader_(std::move(loader)), count_(count), device_(device) {
    if (residency == Residency::kStreamed) {
        stream_ = std::make_unique<BlockStream<DitBlockWeights>>(
            count, device, [from = loader_](std::int64_t index) { return from->block(index); },
            [from = loader_](std::int64_t index) { from->forget(index); });
        return;
    }
    for (std::int64_t i = 0; i < count; ++i)
        resident_.push_back(loader_->block(i));
}

void DitBlocks::use(std::int64_t index, const std::function<void(const DitBlockWeights&)>& run) const {
    if (!stream_) return run(resident_[static_cast<std::size_t>(index)]);
    const DitBlockWeights block = stream_->take(index);
    run(block);
    finish_device_work(device_);  // before its memory is given to the copies of a later block
}

AttentionWeights DitBlocks::cross_keys(std::int64_t index) const {
    return stream_ ? loader_->cross_keys(index) : resident_[static_cast<std::size_t>(index)].cross_attention;
}

bool DitBlocks::quantises_context() const {
    for (std::int64_t i = 0; i < count_; ++i) {
        const Linear k = cross_keys(i).k;
        if (!k.quantize_input) return false;  // the same for all
        if (k.weight.has_int8_tiles()) return true;
    }
    return false;
}

}  // namespace studio

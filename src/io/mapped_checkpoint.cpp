#include "io/mapped_checkpoint.h"

#include <algorithm>

namespace studio::io {
namespace fs = std::filesystem;

MappedCheckpoint::MappedCheckpoint(fs::path opened, const ModelLocation& location, std::string_view container)
    : config_(location.config), opened_(std::move(opened)), main_(location.file), container_(container) {}

const TensorInfo* MappedCheckpoint::find(std::string_view name) const {
    const auto at =
        std::lower_bound(infos_.begin(), infos_.end(), name,
                         [](const TensorInfo& info, std::string_view wanted) { return info.name < wanted; });
    return at != infos_.end() && at->name == name ? &*at : nullptr;
}

std::span<const std::byte> MappedCheckpoint::bytes(const TensorInfo& tensor) const {
    return maps_.at(tensor.shard)->bytes().subspan(tensor.offset, tensor.nbytes);
}

Result<void> MappedCheckpoint::verify_unchanged() const {
    for (const auto& map : maps_)
        STUDIO_TRY_VOID(map->verify_unchanged());
    return {};
}

void MappedCheckpoint::prefetch(std::size_t shard, std::uint64_t offset, std::uint64_t nbytes) const noexcept {
    if (shard < maps_.size()) maps_[shard]->prefetch(offset, nbytes);
}

void MappedCheckpoint::add_map(std::shared_ptr<const MappedFile> map) {
    paths_.push_back(map->path());
    maps_.push_back(std::move(map));
}

void MappedCheckpoint::sort_tensors() {
    std::sort(infos_.begin(), infos_.end(), [](const TensorInfo& a, const TensorInfo& b) { return a.name < b.name; });
}

}  // namespace studio::io

#include <fmt/format.h>

#include <algorithm>
#include <atomic>

#include "core/log.h"
#include "core/text.h"
#include "io/crc32.h"
#include "io/mapped_checkpoint.h"
#include "io/torch_file.h"

namespace studio::io {
namespace fs = std::filesystem;
namespace {

constexpr const char* kAgain = "Download the file again and compare its size with the one published.";
constexpr std::uint64_t kWindow = 1 << 20, kAhead = 32 << 20;

class TorchCheckpoint final : public MappedCheckpoint {
  public:
    TorchCheckpoint(const fs::path& opened, const ModelLocation& location, std::vector<ZipEntry> entries)
        : MappedCheckpoint(opened, location, "torch zip"), entries_(std::move(entries)), is_verified_(entries_.size()) {
        std::sort(entries_.begin(), entries_.end(),
                  [](const ZipEntry& a, const ZipEntry& b) { return a.offset < b.offset; });
    }

    Result<void> verify_content(const TensorInfo& tensor) const override {
        const auto above = std::upper_bound(entries_.begin(), entries_.end(), tensor.offset,
                                            [](std::uint64_t at, const ZipEntry& entry) { return at < entry.offset; });
        if (above == entries_.begin() || tensor.nbytes == 0) return {};
        const ZipEntry& entry = *(above - 1);
        auto& is_verified = is_verified_[static_cast<std::size_t>(above - 1 - entries_.begin())];
        if (is_verified.load(std::memory_order_relaxed)) return {};
        if (checksum(entry) != entry.crc32) {
            STUDIO_TRY_VOID(verify_unchanged());
            const std::string file = path_to_utf8(main_file());
            return corrupt_file(
                file, tensor.name,
                fmt::format("{}: tensor {} is damaged: the checksum of its record {} is wrong.",
                            escape_for_display(file, 1000), tensor.name, escape_for_display(entry.name)),
                kAgain);
        }
        is_verified.store(true, std::memory_order_relaxed);
        return {};
    }

  private:
    std::uint32_t checksum(const ZipEntry& entry) const {
        TensorInfo part;
        std::uint32_t crc = 0;
        for (std::uint64_t at = 0; at < entry.size; at += kWindow) {
            prefetch(0, entry.offset + at + kWindow, kAhead);
            part.offset = entry.offset + at;
            part.nbytes = std::min(kWindow, entry.size - at);
            crc = crc32(crc, bytes(part));
        }
        return crc;
    }

    std::vector<ZipEntry> entries_;  // sorted by offset
    mutable std::vector<std::atomic<bool>> is_verified_;
};

}  // namespace

Result<std::shared_ptr<const Checkpoint>> open_torch_zip(const fs::path& opened, const ModelLocation& location,
                                                         std::shared_ptr<const MappedFile> map) {
    const std::string file = path_to_utf8(map->path());
    auto parsed = parse_torch_file(map->bytes(), file);
    STUDIO_TRY_VOID(map->verify_unchanged());  // before the file is blamed
    if (!parsed.ok()) return std::move(parsed).error();
    auto checkpoint = std::make_shared<TorchCheckpoint>(opened, location, std::move(parsed->entries));
    for (TensorInfo& info : parsed->tensors)
        checkpoint->add_tensor(std::move(info));
    if (!parsed->wrapper.empty()) {
        checkpoint->metadata().emplace("torch.wrapper", parsed->wrapper);
        log::info("{}: weights taken from '{}'", file, parsed->wrapper);
    }
    checkpoint->add_map(std::move(map));
    return std::shared_ptr<const Checkpoint>(std::move(checkpoint));
}

}  // namespace studio::io

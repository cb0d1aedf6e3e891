// A torch .pth file: records of a zip archive, described by a pickle that is read as data.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>

#include "core/log.h"
#include "core/text.h"
#include "io/byte_reader.h"
#include "io/crc32.h"
#include "io/mapped_checkpoint.h"
#include "io/pickle_reader.h"
#include "io/state_dict.h"
#include "io/zip_directory.h"

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

/// The parts of one file while it is being opened.
class Opener {
  public:
    Opener(std::span<const std::byte> bytes, std::string file) : bytes_(bytes), file_(std::move(file)) {}

    Result<void> read() {
        STUDIO_TRY(directory, read_zip_directory(bytes_, file_));
        directory_ = std::move(directory);
        STUDIO_TRY_VOID(check_records());
        STUDIO_TRY(pickle, checked_record("data.pkl"));
        STUDIO_TRY(values, read_pickle(pickle, file_));
        values_ = std::move(values);
        STUDIO_TRY(dict, find_state_dict(values_, file_));
        dict_ = std::move(dict);
        return {};
    }

    Result<TensorInfo> tensor(const std::string& name, std::size_t index) const {
        const PickleTensor& view = values_.tensors[index];
        const PickleStorage& storage = values_.storages[view.storage];
        STUDIO_TRY(record, record_of(storage, name));
        const std::uint64_t size = size_of(storage.dtype);
        TensorInfo info;
        info.name = name;
        info.dtype = storage.dtype;
        info.shape = view.shape;
        info.offset = record->offset + view.offset * size;
        std::uint64_t count = 1, reach = 1;
        for (std::size_t d = 0; d < view.shape.size(); ++d) {  // make_pickle_tensor has excluded any overflow
            const auto extent = static_cast<std::uint64_t>(view.shape[d]);
            count *= extent;
            reach = extent == 0 || reach == 0 ? 0 : reach + (extent - 1) * static_cast<std::uint64_t>(view.strides[d]);
        }
        info.nbytes = count == 0 ? 0 : reach * size;
        if (count != 0 && !is_packed(view)) info.strides = view.strides;
        // A view of few bytes can claim to be large (stride 0). It may not become larger than the file can justify.
        if (count > std::max<std::uint64_t>(bytes_.size(), 1 << 20) / size) {
            return bad(name,
                       fmt::format("tensor {} repeats {} bytes until they are {} values", name, info.nbytes, count));
        }
        return info;
    }

    const ZipDirectory& directory() const { return directory_; }
    const StateDict& dict() const { return dict_; }

  private:
    Error bad(const std::string& field, const std::string& why, ErrorCode code = ErrorCode::kCorruptFile,
              const char* fix = kAgain) const {
        return {code, fmt::format("{}: {}.", escape_for_display(file_, 1000), why), file_, field, fix, {}};
    }

    Result<void> check_records() const {
        for (const ZipEntry& entry : directory_.entries) {
            if (entry.name == "constants.pkl" || entry.name.starts_with("code/")) {
                return bad(escape_for_display(entry.name), "it is a program (TorchScript), not weights",
                           ErrorCode::kUnsupported,
                           "Use the weights of this model (its state dict), best as .safetensors.");
            }
            if (entry.name != "data.pkl" && entry.name.ends_with("/data.pkl")) {
                return bad(escape_for_display(entry.name), "it holds more than one data.pkl");
            }
        }
        if (directory_.find("data.pkl") == nullptr) {
            return bad("data.pkl", "it is a zip archive without data.pkl, so no torch file", ErrorCode::kCorruptFile,
                       "Name the model file itself; if the archive holds one, unpack it first.");
        }
        if (directory_.find("byteorder") == nullptr) return {};  // older than the record: always little
        STUDIO_TRY(order, checked_record("byteorder"));
        const std::string_view text = as_text(order);
        if (text == "little") return {};
        return bad("byteorder",
                   fmt::format("its numbers are stored in the byte order '{}'", escape_for_display(text, 40)),
                   ErrorCode::kUnsupported,
                   "Save it again with torch on an x86 or ARM computer, or use its .safetensors version.");
    }

    Result<std::span<const std::byte>> checked_record(std::string_view name) const {
        const ZipEntry& entry = *directory_.find(name);
        const auto bytes = bytes_.subspan(static_cast<std::size_t>(entry.offset), static_cast<std::size_t>(entry.size));
        // The limit of the pickle reader; a longer one is refused there without being summed here.
        if (entry.size <= PickleLimits{}.bytes && crc32(0, bytes) != entry.crc32) {
            return bad(entry.name, fmt::format("it is damaged: the checksum of its record {} is wrong", entry.name));
        }
        return bytes;
    }

    Result<const ZipEntry*> record_of(const PickleStorage& storage, const std::string& tensor) const {
        const std::string key = fmt::format("data/{}", storage.key);
        const ZipEntry* const entry = directory_.find(key);
        if (entry == nullptr) return bad(tensor, fmt::format("the record {} of tensor {} is missing", key, tensor));
        if (storage.elements != entry->size / size_of(storage.dtype)) {
            return bad(tensor,
                       fmt::format("the storage of tensor {} should have {} elements of {}, its record {} has {} bytes",
                                   tensor, storage.elements, dtype_name(storage.dtype), key, entry->size));
        }
        return entry;
    }

    /// Row-major without gaps; strides of dimensions with one element say nothing.
    static bool is_packed(const PickleTensor& view) {
        std::int64_t wanted = 1;
        for (std::size_t d = view.shape.size(); d-- > 0;) {
            if (view.shape[d] == 1) continue;
            if (view.strides[d] != wanted) return false;
            wanted *= view.shape[d];
        }
        return true;
    }

    std::span<const std::byte> bytes_;
    std::string file_;
    ZipDirectory directory_;
    PickleValues values_;
    StateDict dict_;
};

}  // namespace

Result<std::shared_ptr<const Checkpoint>> open_torch_zip(const fs::path& opened, const ModelLocation& location,
                                                         std::shared_ptr<const MappedFile> map) {
    Opener opener(map->bytes(), path_to_utf8(map->path()));
    auto read = opener.read();
    STUDIO_TRY_VOID(map->verify_unchanged());  // before the file is blamed
    STUDIO_TRY_VOID(std::move(read));
    auto checkpoint = std::make_shared<TorchCheckpoint>(opened, location, opener.directory().entries);
    for (const auto& [name, index] : opener.dict().tensors) {
        STUDIO_TRY(info, opener.tensor(name, index));
        checkpoint->add_tensor(std::move(info));
    }
    if (!opener.dict().wrapper.empty()) {
        checkpoint->metadata().emplace("torch.wrapper", opener.dict().wrapper);
        log::info("{}: weights taken from '{}'", path_to_utf8(map->path()), opener.dict().wrapper);
    }
    checkpoint->sort_tensors();
    checkpoint->add_map(std::move(map));
    return std::shared_ptr<const Checkpoint>(std::move(checkpoint));
}

}  // namespace studio::io

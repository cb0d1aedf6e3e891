#include "io/torch_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "io/byte_reader.h"
#include "io/crc32.h"
#include "io/pickle_reader.h"
#include "io/state_dict.h"

namespace studio::io {
namespace {

constexpr const char* kAgain = "Download the file again and compare its size with the one published.";

class Reader {
  public:
    Reader(std::span<const std::byte> bytes, const std::string& file) : bytes_(bytes), file_(file) {}

    Result<TorchFile> read() {
        STUDIO_TRY(directory, read_zip_directory(bytes_, file_));
        directory_ = std::move(directory);
        STUDIO_TRY_VOID(check_records());
        STUDIO_TRY(pickle, checked_record("data.pkl"));
        STUDIO_TRY(values, read_pickle(pickle, file_));
        values_ = std::move(values);
        STUDIO_TRY(dict, find_state_dict(values_, file_));
        TorchFile out;
        for (const auto& [name, index] : dict.tensors) {
            STUDIO_TRY(info, tensor(name, index));
            out.tensors.push_back(std::move(info));
        }
        out.wrapper = std::move(dict.wrapper);
        out.entries = std::move(directory_.entries);
        return out;
    }

  private:
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
    const std::string& file_;
    ZipDirectory directory_;
    PickleValues values_;
};

}  // namespace

Result<TorchFile> parse_torch_file(std::span<const std::byte> file_bytes, const std::string& file) {
    return Reader(file_bytes, file).read();
}

}  // namespace studio::io

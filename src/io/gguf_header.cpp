#include "io/gguf_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <unordered_set>

#include "core/text.h"
#include "io/gguf_metadata.h"
#include "io/tensor_name.h"

namespace studio::io {
namespace {

constexpr const char* kAgain = "Download the file again and compare its size with the one published.";
constexpr const char* kResume = "The file is incomplete: resume or repeat the download.";
constexpr std::uint64_t kSmallestKey = 8 + 1 + 4 + 1, kSmallestTensor = 8 + 1 + 4 + 4 + 8;  // bytes in the file

struct TypeRow {
    std::uint32_t number;
    const char* name;
    std::optional<DType> dtype;  // nothing: known, not read
};
constexpr std::array<TypeRow, 40> kTypes{{{0, "F32", DType::kF32},
                                          {1, "F16", DType::kF16},
                                          {2, "Q4_0", DType::kQ4_0},
                                          {3, "Q4_1", DType::kQ4_1},
                                          {4, "Q4_2 (removed)", {}},
                                          {5, "Q4_3 (removed)", {}},
                                          {6, "Q5_0", DType::kQ5_0},
                                          {7, "Q5_1", DType::kQ5_1},
                                          {8, "Q8_0", DType::kQ8_0},
                                          {9, "Q8_1", {}},
                                          {10, "Q2_K", DType::kQ2_K},
                                          {11, "Q3_K", DType::kQ3_K},
                                          {12, "Q4_K", DType::kQ4_K},
                                          {13, "Q5_K", DType::kQ5_K},
                                          {14, "Q6_K", DType::kQ6_K},
                                          {15, "Q8_K", {}},
                                          {16, "IQ2_XXS", {}},
                                          {17, "IQ2_XS", {}},
                                          {18, "IQ3_XXS", {}},
                                          {19, "IQ1_S", {}},
                                          {20, "IQ4_NL", DType::kIQ4_NL},
                                          {21, "IQ3_S", {}},
                                          {22, "IQ2_S", {}},
                                          {23, "IQ4_XS", DType::kIQ4_XS},
                                          {24, "I8", DType::kI8},
                                          {25, "I16", DType::kI16},
                                          {26, "I32", DType::kI32},
                                          {27, "I64", DType::kI64},
                                          {28, "F64", DType::kF64},
                                          {29, "IQ1_M", {}},
                                          {30, "BF16", DType::kBF16},
                                          {31, "Q4_0_4_4 (removed)", {}},
                                          {32, "Q4_0_4_8 (removed)", {}},
                                          {33, "Q4_0_8_8 (removed)", {}},
                                          {34, "TQ1_0", {}},
                                          {35, "TQ2_0", {}},
                                          {36, "IQ4_NL_4_4 (removed)", {}},
                                          {37, "IQ4_NL_4_8 (removed)", {}},
                                          {38, "IQ4_NL_8_8 (removed)", {}},
                                          {39, "MXFP4", {}}}};

class Reader {
  public:
    Reader(std::span<const std::byte> bytes, const std::string& file, const GgufLimits& limits)
        : in_(bytes), size_(bytes.size()), file_(file), limits_(limits) {}

    Result<GgufHeader> read() {
        STUDIO_TRY_VOID(read_start());
        STUDIO_TRY(metadata, read_gguf_metadata(in_, keys_, file_, limits_));
        metadata_ = std::move(metadata);
        out_.tensors.reserve(static_cast<std::size_t>(tensors_));
        for (std::uint64_t i = 0; i < tensors_; ++i)
            STUDIO_TRY_VOID(read_tensor());
        STUDIO_TRY_VOID(refuse_duplicates());
        STUDIO_TRY_VOID(place_data());
        STUDIO_TRY_VOID(apply_original_shapes());
        out_.metadata = std::move(metadata_.texts);
        return std::move(out_);
    }

  private:
    Error bad(const std::string& field, const std::string& why, ErrorCode code = ErrorCode::kCorruptFile,
              const char* fix = kAgain) const {
        const std::string where = field.empty() ? std::string() : fmt::format(": tensor {}", field);
        return {code, fmt::format("{}{}: {}.", escape_for_display(file_, 1000), where, why), file_, field, fix, {}};
    }

    Result<void> read_start() {
        constexpr const char* kNewer = "Use a current GGUF file (version 2 or 3) of this model.";
        if (in_.text(4) != "GGUF") return bad({}, "it is no GGUF file: its first bytes are wrong");
        out_.version = in_.read<std::uint32_t>();
        tensors_ = in_.read<std::uint64_t>();
        keys_ = in_.read<std::uint64_t>();
        if (in_.failed())
            return bad({}, fmt::format("the file ends early ({} bytes)", size_), ErrorCode::kCorruptFile, kResume);
        if ((out_.version & 0xFFFF) == 0 && out_.version != 0) {
            return bad({}, "it is a big-endian GGUF file", ErrorCode::kUnsupported,
                       "Use the usual little-endian file.");
        }
        if (out_.version != 2 && out_.version != 3) {
            return bad({}, fmt::format("GGUF version {} is not read", out_.version), ErrorCode::kUnsupported, kNewer);
        }
        if (keys_ > limits_.keys || keys_ > in_.left() / kSmallestKey) {
            return bad({}, fmt::format("it claims {} keys in a file of {} bytes", keys_, size_));
        }
        if (tensors_ > limits_.tensors || tensors_ > in_.left() / kSmallestTensor) {
            return bad({}, fmt::format("it claims {} tensors in a file of {} bytes", tensors_, size_));
        }
        return {};
    }

    Result<void> read_tensor() {
        const auto truncated = [this] {
            return bad({}, fmt::format("the file ends early, within its list of tensors (byte {})", in_.position()),
                       ErrorCode::kCorruptFile, kResume);
        };
        const auto length = in_.read<std::uint64_t>();
        if (in_.failed()) return truncated();
        if (length > limits_.name_bytes) return bad({}, fmt::format("a tensor's name claims {} bytes", length));
        const std::string_view name = in_.text(length);
        if (in_.failed()) return truncated();
        if (const char* const why = bad_tensor_name(name))
            return bad(escape_for_display(name), fmt::format("its name {}", why));
        TensorInfo info;
        info.name = name;
        const auto dims = in_.read<std::uint32_t>();
        if (dims > limits_.dims)
            return bad(info.name, fmt::format("it has {} dimensions; at most {} are read", dims, limits_.dims));
        for (std::uint32_t d = 0; d < dims; ++d)
            info.shape.push_back(static_cast<std::int64_t>(in_.read<std::uint64_t>()));
        const auto type = in_.read<std::uint32_t>();
        info.offset = in_.read<std::uint64_t>();
        if (in_.failed()) return truncated();
        STUDIO_TRY_VOID(set_type(info, type));
        STUDIO_TRY_VOID(set_size(info));
        out_.tensors.push_back(std::move(info));
        return {};
    }

    Result<void> set_type(TensorInfo& info, std::uint32_t type) const {
        if (const auto dtype = dtype_from_gguf(type)) {
            info.dtype = *dtype;
            return {};
        }
        const char* const name = type < kTypes.size() ? kTypes[type].name : "unknown";
        return bad(info.name, fmt::format("its type {} ({}) is not read", type, name), ErrorCode::kUnsupported,
                   "Use a GGUF file of this model in F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q2_K to Q6_K, IQ4_NL or "
                   "IQ4_XS.");
    }

    /// `shape` is still in the order of the file: the dimension that runs fastest comes first.
    Result<void> set_size(TensorInfo& info) const {
        const BlockFormat block = block_format(info.dtype);
        std::uint64_t count = 1;
        for (const std::int64_t extent : info.shape) {
            if (extent < 1)
                return bad(info.name, fmt::format("it has a dimension of {}", static_cast<std::uint64_t>(extent)));
            constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max() / 8;
            if (count > kMost / static_cast<std::uint64_t>(extent))
                return bad(info.name, "its shape overflows 64 bits");
            count *= static_cast<std::uint64_t>(extent);
        }
        const std::int64_t row = info.shape.empty() ? 1 : info.shape.front();
        if (row % block.elements != 0) {
            return bad(info.name, fmt::format("its rows of {} values are no whole number of {} blocks of {}", row,
                                              dtype_name(info.dtype), block.elements));
        }
        info.nbytes = count / static_cast<std::uint64_t>(block.elements) * static_cast<std::uint64_t>(block.bytes);
        std::reverse(info.shape.begin(), info.shape.end());
        return {};
    }

    Result<void> refuse_duplicates() const {
        std::unordered_set<std::string_view> names;
        for (const TensorInfo& info : out_.tensors) {
            if (!names.insert(info.name).second) return bad(info.name, "it appears twice");
        }
        return {};
    }

    /// From offsets in the data to offsets in the file.
    Result<void> place_data() {
        const std::uint64_t mask = metadata_.alignment - 1, begin = (in_.position() + mask) & ~mask;
        for (TensorInfo& info : out_.tensors) {
            if ((info.offset & mask) != 0) {
                return bad(info.name,
                           fmt::format("its offset {} is not a multiple of {}", info.offset, metadata_.alignment));
            }
            if (begin > size_ || info.offset > size_ - begin || info.nbytes > size_ - begin - info.offset) {
                return bad(
                    info.name,
                    fmt::format("the file ends early: its {} bytes should begin {} bytes into the data, which has {}",
                                info.nbytes, info.offset, size_ - std::min(begin, size_)),
                    ErrorCode::kCorruptFile, kResume);
            }
            info.offset += begin;
        }
        std::sort(out_.tensors.begin(), out_.tensors.end(),
                  [](const TensorInfo& a, const TensorInfo& b) { return a.offset < b.offset; });
        for (std::size_t i = 1; i < out_.tensors.size(); ++i) {
            const TensorInfo& before = out_.tensors[i - 1];
            if (before.offset + before.nbytes > out_.tensors[i].offset) {
                return bad(out_.tensors[i].name, fmt::format("its data overlaps that of tensor {}", before.name));
            }
        }
        std::sort(out_.tensors.begin(), out_.tensors.end(),
                  [](const TensorInfo& a, const TensorInfo& b) { return a.name < b.name; });
        return {};
    }

    Result<void> apply_original_shapes() {
        constexpr std::string_view kPrefix = "comfy.gguf.orig_shape.";
        for (const auto& [key, numbers] : metadata_.whole_arrays) {
            if (!key.starts_with(kPrefix)) continue;
            const std::string_view name = std::string_view(key).substr(kPrefix.size());
            const auto at =
                std::lower_bound(out_.tensors.begin(), out_.tensors.end(), name,
                                 [](const TensorInfo& a, std::string_view wanted) { return a.name < wanted; });
            if (at == out_.tensors.end() || at->name != name) continue;  // about a tensor that is not here
            std::int64_t stored = 1, original = 1;
            for (const std::int64_t extent : at->shape)
                stored *= extent;
            for (const std::int64_t extent : numbers)
                original = extent < 1 || original > stored / extent ? 0 : original * extent;
            if (original != stored || numbers.size() > 8) {
                return bad(at->name,
                           fmt::format("its original shape {} has not its {} values", metadata_.texts[key], stored));
            }
            at->shape = numbers;
        }
        return {};
    }

    ByteReader in_;
    std::uint64_t size_ = 0, tensors_ = 0, keys_ = 0;
    const std::string& file_;
    const GgufLimits& limits_;
    GgufMetadata metadata_;
    GgufHeader out_;
};

}  // namespace

std::optional<DType> dtype_from_gguf(std::uint32_t type) noexcept {
    return type < kTypes.size() ? kTypes[type].dtype : std::nullopt;
}

Result<GgufHeader> parse_gguf_header(std::span<const std::byte> file_bytes, const std::string& file,
                                     const GgufLimits& limits) {
    return Reader(file_bytes, file, limits).read();
}

}  // namespace studio::io

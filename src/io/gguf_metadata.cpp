#include "io/gguf_metadata.h"

#include <fmt/format.h>

#include <bit>
#include <set>

#include "core/text.h"

namespace studio::io {
namespace {

constexpr const char* kAgain = "Download the file again and compare its size with the one published.";
constexpr std::uint64_t kKeptText = 64u << 10;

std::uint64_t width_of(GgufType type) noexcept {
    switch (type) {
        case GgufType::kU8:
        case GgufType::kI8:
        case GgufType::kBool:
            return 1;
        case GgufType::kU16:
        case GgufType::kI16:
            return 2;
        case GgufType::kU32:
        case GgufType::kI32:
        case GgufType::kF32:
            return 4;
        case GgufType::kU64:
        case GgufType::kI64:
        case GgufType::kF64:
            return 8;
        case GgufType::kString:
        case GgufType::kArray:
            break;
    }
    return 0;
}

class Reader {
  public:
    Reader(ByteReader& in, const std::string& file, const GgufLimits& limits) : in_(in), file_(file), limits_(limits) {}

    Result<GgufMetadata> read(std::uint64_t count) {
        for (std::uint64_t i = 0; i < count; ++i)
            STUDIO_TRY_VOID(pair());
        return std::move(out_);
    }

  private:
    Error bad(const std::string& why) const {
        const std::string where = key_.empty() ? std::string() : fmt::format(": key {}", key_);
        return corrupt_file(file_, key_, fmt::format("{}{}: {}.", escape_for_display(file_, 1000), where, why), kAgain);
    }
    Error truncated() const {
        return corrupt_file(file_, key_,
                            fmt::format("{}: the file ends early, within its metadata (byte {} of {}).",
                                        escape_for_display(file_, 1000), in_.position(), in_.position() + in_.left()),
                            "The file is incomplete: resume or repeat the download.");
    }

    Result<std::string_view> text(std::uint64_t limit, const char* what) {
        const auto length = in_.read<std::uint64_t>();
        if (in_.failed()) return truncated();
        if (length > limit) return bad(fmt::format("{} claims {} bytes; at most {} are read", what, length, limit));
        const std::string_view out = in_.text(length);
        if (in_.failed()) return truncated();
        return out;
    }

    Result<void> pair() {
        key_.clear();
        STUDIO_TRY(key, text(limits_.key_bytes, "the name of a key"));
        const std::string shown = escape_for_display(key, 4 * limits_.key_bytes);
        key_ = escape_for_display(key);
        if (key.empty()) return bad("a key has no name");
        if (shown != key) return bad("the name of a key contains control characters");
        if (!keys_.insert(shown).second) return bad("it appears twice");
        const auto type = static_cast<GgufType>(in_.read<std::uint32_t>());
        if (in_.failed()) return truncated();
        if (shown == "general.alignment" && type != GgufType::kU32) return bad("it is not a 32-bit number");
        if (type == GgufType::kArray) return array(shown);
        STUDIO_TRY(value, scalar(type));
        if (shown == "general.alignment") STUDIO_TRY_VOID(set_alignment(value));
        if (value.size() <= kKeptText) out_.texts.emplace(shown, std::move(value));
        return {};
    }

    Result<void> set_alignment(const std::string& value) {
        const auto number = static_cast<std::uint64_t>(parse_int64(value).value_or(0));
        if (!std::has_single_bit(number) || number > limits_.alignment) {
            return bad(fmt::format("alignment {} is not a power of two up to {}", value, limits_.alignment));
        }
        out_.alignment = number;
        return {};
    }

    Result<std::string> scalar(GgufType type) {
        if (type == GgufType::kString) {
            STUDIO_TRY(value, text(limits_.string_bytes, "its text"));
            return std::string(value);
        }
        const std::uint64_t width = width_of(type);
        if (width == 0) return bad(fmt::format("its type {} is not known", static_cast<std::uint32_t>(type)));
        const auto field = in_.take(width);
        if (in_.failed()) return truncated();
        return number_text(type, field.data());
    }

    static std::string number_text(GgufType type, const std::byte* from) {
        if (type == GgufType::kF32) return format_double(std::bit_cast<float>(little_endian<std::uint32_t>(from)));
        if (type == GgufType::kF64) return format_double(std::bit_cast<double>(little_endian<std::uint64_t>(from)));
        if (type == GgufType::kBool) return std::to_integer<int>(*from) != 0 ? "true" : "false";
        if (type == GgufType::kU64) return fmt::format("{}", little_endian<std::uint64_t>(from));
        return fmt::format("{}", whole(type, from));
    }

    static std::int64_t whole(GgufType type, const std::byte* from) {
        switch (type) {
            case GgufType::kU8:
                return little_endian<std::uint8_t>(from);
            case GgufType::kI8:
                return static_cast<std::int8_t>(little_endian<std::uint8_t>(from));
            case GgufType::kU16:
                return little_endian<std::uint16_t>(from);
            case GgufType::kI16:
                return static_cast<std::int16_t>(little_endian<std::uint16_t>(from));
            case GgufType::kU32:
                return little_endian<std::uint32_t>(from);
            case GgufType::kI32:
                return static_cast<std::int32_t>(little_endian<std::uint32_t>(from));
            default:
                return static_cast<std::int64_t>(little_endian<std::uint64_t>(from));
        }
    }

    Result<void> array(const std::string& key) {
        const auto type = static_cast<GgufType>(in_.read<std::uint32_t>());
        const auto count = in_.read<std::uint64_t>();
        if (in_.failed()) return truncated();
        if (type == GgufType::kArray) return bad("it is an array of arrays");
        if (type == GgufType::kString) {
            if (count > limits_.array_bytes / 8) return bad(fmt::format("it claims {} texts", count));
            for (std::uint64_t i = 0; i < count; ++i)
                STUDIO_TRY_VOID(text(limits_.string_bytes, "one of its texts"));
            return {};
        }
        const std::uint64_t width = width_of(type);
        if (width == 0) return bad(fmt::format("its type {} is not known", static_cast<std::uint32_t>(type)));
        if (count > limits_.array_bytes / width) return bad(fmt::format("it claims {} numbers", count));
        const auto field = in_.take(count * width);
        if (in_.failed()) return truncated();
        if (count <= limits_.kept_array) keep_array(key, type, count, field.data());
        return {};
    }

    void keep_array(const std::string& key, GgufType type, std::uint64_t count, const std::byte* from) {
        std::string shown;
        std::vector<std::int64_t> numbers;
        for (std::uint64_t i = 0; i < count; ++i) {
            shown += (i > 0 ? ", " : "") + number_text(type, from + i * width_of(type));
            numbers.push_back(whole(type, from + i * width_of(type)));
        }
        out_.texts.emplace(key, "[" + shown + "]");
        const bool is_whole = type != GgufType::kF32 && type != GgufType::kF64 && type != GgufType::kBool;
        if (is_whole) out_.whole_arrays.emplace(key, std::move(numbers));
    }

    ByteReader& in_;
    const std::string& file_;
    const GgufLimits& limits_;
    GgufMetadata out_;
    std::string key_;  // being read, for messages
    std::set<std::string> keys_;
};

}  // namespace

Result<GgufMetadata> read_gguf_metadata(ByteReader& in, std::uint64_t count, const std::string& file,
                                        const GgufLimits& limits) {
    return Reader(in, file, limits).read(count);
}

}  // namespace studio::io

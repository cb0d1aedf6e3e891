#include "io/safetensors_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <string_view>

#include "core/text.h"
#include "io/content_kind.h"
#include "io/safetensors_sax.h"

namespace studio::io {
namespace {

constexpr const char* kAgain = "Download the file again and compare its size with the one published.";
constexpr std::uint64_t kLengthBytes = 8;

std::uint64_t read_length(std::span<const std::byte> bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < kLengthBytes; ++i)
        value |= std::uint64_t{std::to_integer<std::uint8_t>(bytes[i])} << (8 * i);
    return value;
}

/// Bytes of a tensor, or nothing when the product does not fit in 63 bits.
std::optional<std::uint64_t> bytes_of(const HeaderEntry& entry) {
    std::uint64_t product = size_of(entry.dtype);
    constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
    // A later 0 must not hide an overflow, so every factor counts as at least 1 here.
    for (const std::int64_t dim : entry.shape) {
        const auto factor = static_cast<std::uint64_t>(std::max<std::int64_t>(dim, 1));
        if (product > kMost / factor) return std::nullopt;
        product *= factor;
    }
    const bool is_empty = std::find(entry.shape.begin(), entry.shape.end(), 0) != entry.shape.end();
    return is_empty ? 0 : product;
}

bool may_be_empty(std::string_view name) {
    return name == "scaled_fp8" || name.ends_with(".scaled_fp8");
}

class Checker {
  public:
    Checker(const std::string& file, std::uint64_t data_bytes) : file_(file), data_bytes_(data_bytes) {}

    Result<void> check(std::vector<HeaderEntry>& entries) const {
        for (const HeaderEntry& entry : entries)
            STUDIO_TRY_VOID(check_one(entry));
        std::sort(entries.begin(), entries.end(), [](const HeaderEntry& a, const HeaderEntry& b) {
            return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
        });
        return check_tiling(entries);
    }

  private:
    Error bad(const HeaderEntry& entry, const std::string& why, const char* fix = kAgain) const {
        return corrupt_file(file_, entry.name,
                            fmt::format("{}: tensor {}: {}.", escape_for_display(file_, 1000), entry.name, why), fix);
    }

    Result<void> check_one(const HeaderEntry& entry) const {
        const auto nbytes = bytes_of(entry);
        if (!nbytes) return bad(entry, "its shape overflows 64 bits");
        if (*nbytes == 0 && !may_be_empty(entry.name)) return bad(entry, "it has no elements");
        if (entry.begin > entry.end) {
            return bad(entry, fmt::format("its data begins at {} and ends before that, at {}", entry.begin, entry.end));
        }
        if (entry.end - entry.begin != *nbytes) {
            return bad(entry,
                       fmt::format("its shape needs {} bytes, the file gives it {}", *nbytes, entry.end - entry.begin));
        }
        if (entry.end > data_bytes_) {
            return bad(
                entry,
                fmt::format("the file ends early: its data should reach byte {}, there are {}", entry.end, data_bytes_),
                "The file is incomplete: resume or repeat the download.");
        }
        return {};
    }

    Result<void> check_tiling(const std::vector<HeaderEntry>& entries) const {
        std::uint64_t reached = 0;
        const HeaderEntry* before = nullptr;
        for (const HeaderEntry& entry : entries) {
            if (entry.begin < reached)
                return bad(entry, fmt::format("its data overlaps that of tensor {}", before->name));
            if (entry.begin > reached) {
                return bad(entry, fmt::format("there is a hole of {} bytes before its data", entry.begin - reached));
            }
            reached = entry.end;
            before = &entry;
        }
        if (reached == data_bytes_) return {};
        return corrupt_file(file_, {},
                            fmt::format("{}: {} bytes after the last tensor belong to none.",
                                        escape_for_display(file_, 1000), data_bytes_ - reached),
                            kAgain);
    }

    const std::string& file_;
    const std::uint64_t data_bytes_;
};

/// The header's text, once length and first byte are in order.
Result<std::string_view> header_text(std::span<const std::byte> bytes, const std::string& file, std::uint64_t limit) {
    const std::string shown = escape_for_display(file, 1000);
    const auto refuse = [&](const std::string& why) -> Error {
        if (auto wrong = describe_wrong_content(bytes, file)) return std::move(*wrong);
        return corrupt_file(file, {}, shown + " " + why, kAgain);
    };
    if (bytes.empty()) return corrupt_file(file, {}, shown + " is empty.", "Download it again.");
    if (bytes.size() < kLengthBytes + 2)
        return refuse(fmt::format("is too short to be a model ({} bytes).", bytes.size()));
    const std::uint64_t length = read_length(bytes);
    const std::uint64_t rest = bytes.size() - kLengthBytes;
    if (length > rest) {
        return refuse(fmt::format(
            "claims a header of {} bytes but has only {}: it is truncated, or no safetensors file.", length, rest));
    }
    if (length > limit) return refuse(fmt::format("has a header of {} bytes; at most {} are read.", length, limit));
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()) + kLengthBytes,
                                static_cast<std::size_t>(length));
    if (text.empty() || text[0] != '{') return refuse("is no safetensors file: its header does not begin with '{'.");
    if (const auto bad = invalid_utf8_at(text)) {
        return refuse(fmt::format("has a header that is not valid UTF-8 at byte {}.", *bad + kLengthBytes));
    }
    return text;
}

}  // namespace

Result<SafetensorsHeader> parse_safetensors_header(std::span<const std::byte> file_bytes, const std::string& file,
                                                   const SafetensorsLimits& limits) {
    STUDIO_TRY(text, header_text(file_bytes, file, limits.header_bytes));
    HeaderEvents events(limits);
    if (!nlohmann::json::sax_parse(text.begin(), text.end(), &events) || !events.reason.empty()) {
        const std::string where =
            events.field.empty() ? std::string() : fmt::format(": {}", escape_for_display(events.field));
        return corrupt_file(file, escape_for_display(events.field),
                            fmt::format("{}{}: {}.", escape_for_display(file, 1000), where, events.reason), kAgain);
    }
    const std::uint64_t data_begin = kLengthBytes + text.size();
    const std::uint64_t data_bytes = file_bytes.size() - data_begin;
    STUDIO_TRY_VOID(Checker(file, data_bytes).check(events.entries));
    SafetensorsHeader header;
    header.metadata = std::move(events.metadata);
    header.tensors.reserve(events.entries.size());
    for (HeaderEntry& entry : events.entries) {
        header.tensors.push_back({std::move(entry.name),
                                  entry.dtype,
                                  std::move(entry.shape),
                                  entry.end - entry.begin,
                                  0,
                                  data_begin + entry.begin,
                                  {}});
    }
    std::sort(header.tensors.begin(), header.tensors.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    return header;
}

}  // namespace studio::io

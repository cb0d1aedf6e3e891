// support/torch_bytes.h - torch files made by hand, so that they can be wrong on purpose: a pickle, and a zip around
// it.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/crc32.h"

namespace studio::test {

inline std::string le(std::uint64_t value, int bytes) {
    std::string out;
    for (int i = 0; i < bytes; ++i)
        out += static_cast<char>((value >> (8 * i)) & 0xFF);
    return out;
}

/// Pieces of a pickle as torch.save writes it (protocol 2). Join them with +.
namespace pickle {

inline const std::string kStart("\x80\x02", 2), kStop = ".";

inline std::string text(std::string_view value) {
    return "X" + le(value.size(), 4) + std::string(value);
}
inline std::string number(std::int64_t value) {
    if (value >= -(1LL << 31) && value < 1LL << 31) return "J" + le(static_cast<std::uint64_t>(value), 4);
    return std::string("\x8a\x08", 2) + le(static_cast<std::uint64_t>(value), 8);
}
inline std::string tuple(std::string_view items) {
    return "(" + std::string(items) + "t";
}
inline std::string name(std::string_view module, std::string_view what) {
    return "c" + std::string(module) + "\n" + std::string(what) + "\n";
}
inline std::string numbers(const std::vector<std::int64_t>& values) {
    std::string items;
    for (const std::int64_t value : values)
        items += number(value);
    return tuple(items);
}
inline std::string storage(std::string_view type, std::string_view key, std::int64_t elements,
                           std::string_view device = "cpu") {
    return tuple(text("storage") + name("torch", type) + text(key) + text(device) + number(elements)) + "Q";
}
inline const std::string kHooks = name("collections", "OrderedDict") + ")R";

struct View {
    std::int64_t offset = 0;
    std::vector<std::int64_t> shape{2, 2}, strides{2, 1};
};
inline std::string tensor(const std::string& storage, const View& view = {}) {
    return name("torch._utils", "_rebuild_tensor_v2") +
           tuple(storage + number(view.offset) + numbers(view.shape) + numbers(view.strides) + "\x89" + kHooks) + "R";
}
/// {"key": value, ...} from text(key) + value pairs.
inline std::string dict(std::string_view items) {
    return "}(" + std::string(items) + "u";
}
/// The whole stream of one value.
inline std::string stream(std::string_view value) {
    return kStart + std::string(value) + kStop;
}
/// {"w": 2 x 2 floats in data/0}
inline std::string good() {
    return stream(dict(text("w") + tensor(storage("FloatStorage", "0", 4))));
}

}  // namespace pickle

/// One entry; the optional fields say something else than the truth.
struct ZipItem {
    std::string name, data;
    std::uint16_t flags = 0, method = 0;
    std::optional<std::uint32_t> crc = {};                      // in both headers
    std::optional<std::uint64_t> size = {}, central_size = {};  // in the local header; in the directory
    std::optional<std::string> local_name = {};
    std::optional<std::uint64_t> local_at = {};  // where the directory says the entry begins
    std::string extra = {};                      // of the local header
    std::string between = {};                    // bytes after the data that belong to nothing
    bool is_wide = false;                        // sizes and place in a zip64 field of the directory
    bool is_only_listed = false;                 // in the directory alone; local_at says where it should be
};

struct ZipEndLies {
    std::optional<std::uint64_t> entries = {}, directory_bytes = {}, directory_at = {};
    std::string before = {}, after = {};  // bytes in front of and behind the archive
    bool is_wide = false;                 // with zip64 end records
};

inline std::string zip_bytes(const std::vector<ZipItem>& items, const ZipEndLies& end = {}) {
    std::string out = end.before, directory;
    for (const ZipItem& item : items) {
        const std::uint64_t at = item.local_at.value_or(out.size()), size = item.data.size();
        const std::uint32_t crc = item.crc.value_or(io::crc32(0, std::as_bytes(std::span(item.data))));
        const bool has_descriptor = (item.flags & 8) != 0;
        const std::string local = item.local_name.value_or(item.name);
        const std::uint64_t local_size = has_descriptor ? 0 : item.size.value_or(size);
        if (!item.is_only_listed) {
            out += "PK\x03\x04" + le(0, 2) + le(item.flags, 2) + le(item.method, 2) + le(0, 4) +
                   le(has_descriptor ? 0 : crc, 4) + le(local_size, 4) + le(local_size, 4) + le(local.size(), 2) +
                   le(item.extra.size(), 2) + local + item.extra + item.data;
            if (has_descriptor) out += "PK\x07\x08" + le(crc, 4) + le(item.size.value_or(size), 4) + le(size, 4);
            out += item.between;
        }
        const std::uint64_t told = item.central_size.value_or(size);
        const std::string field = item.is_wide ? le(1, 2) + le(24, 2) + le(told, 8) + le(told, 8) + le(at, 8) : "";
        const std::uint64_t narrow = item.is_wide ? 0xFFFFFFFF : told;
        directory += "PK\x01\x02" + le(0, 4) + le(item.flags, 2) + le(item.method, 2) + le(0, 4) + le(crc, 4) +
                     le(narrow, 4) + le(narrow, 4) + le(item.name.size(), 2) + le(field.size(), 2) + le(0, 2) +
                     le(0, 2) + le(0, 6) + le(item.is_wide ? 0xFFFFFFFF : at, 4) + item.name + field;
    }
    const std::uint64_t at = end.directory_at.value_or(out.size());
    const std::uint64_t bytes = end.directory_bytes.value_or(directory.size());
    const std::uint64_t entries = end.entries.value_or(items.size());
    out += directory;
    if (end.is_wide) {
        const std::uint64_t record_at = out.size();
        out +=
            "PK\x06\x06" + le(44, 8) + le(0, 4) + le(0, 8) + le(entries, 8) + le(entries, 8) + le(bytes, 8) + le(at, 8);
        out += "PK\x06\x07" + le(0, 4) + le(record_at, 8) + le(1, 4);
    }
    const auto narrow = [&](std::uint64_t value, std::uint64_t most) { return end.is_wide ? most : value; };
    return out + "PK\x05\x06" + le(0, 4) + le(narrow(entries, 0xFFFF), 2) + le(narrow(entries, 0xFFFF), 2) +
           le(narrow(bytes, 0xFFFFFFFF), 4) + le(narrow(at, 0xFFFFFFFF), 4) + le(0, 2) + end.after;
}

/// The usual records around a pickle; data/0 holds four floats 1 2 3 4 unless given.
inline std::vector<ZipItem> torch_items(const std::string& pickle) {
    const std::string floats("\0\0\x80\x3f\0\0\0\x40\0\0\x40\x40\0\0\x80\x40", 16);
    return {{"archive/data.pkl", pickle},
            {"archive/byteorder", "little"},
            {"archive/version", "3\n"},
            {"archive/data/0", floats}};
}
inline std::string torch_bytes(const std::string& pickle) {
    return zip_bytes(torch_items(pickle));
}

}  // namespace studio::test

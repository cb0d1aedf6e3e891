// io/zip_records.h - the fixed-size records of a zip archive, decoded and not yet believed.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "io/byte_reader.h"

namespace studio::io {

constexpr std::uint32_t kLocalSignature = 0x04034B50, kCentralSignature = 0x02014B50, kEndSignature = 0x06054B50,
                        kEnd64Signature = 0x06064B50, kLocator64Signature = 0x07064B50,
                        kDescriptorSignature = 0x08074B50;
constexpr std::uint64_t kLocalBytes = 30, kCentralBytes = 46, kEndBytes = 22, kEnd64Bytes = 56, kLocator64Bytes = 20;
constexpr std::uint32_t kIn64 = 0xFFFFFFFF;  // "the value is in the zip64 field"

/// What local and central headers share, with the zip64 field applied.
struct ZipHeader {
    std::uint16_t flags = 0, method = 0;
    std::uint32_t crc32 = 0;
    std::uint64_t packed = 0, size = 0;
    std::string_view name;
    std::uint64_t local_at = 0;   // central only
    std::uint16_t disk = 0;       // central only
    bool is_broken = false;       // ends early, wrong signature, zip64 field missing
    bool sizes_are_known = true;  // local only: false when left to the data descriptor
};

/// Both leave the reader behind the header (central: behind its comment).
ZipHeader read_central_header(ByteReader& in) noexcept;
ZipHeader read_local_header(ByteReader& in) noexcept;

/// Does a data descriptor of these values stand here? Its length, or nothing.
std::optional<std::uint64_t> match_descriptor(ByteReader in, const ZipHeader& central) noexcept;

struct ZipEnd {
    std::uint64_t entries = 0, directory_at = 0, directory_bytes = 0;
    std::uint64_t records_at = 0;  // where the end records begin
};
/// From the end record, the last 22 bytes, and the zip64 record before it. Nothing when they are absent, contradict
/// each other or name several disks.
std::optional<ZipEnd> read_end_records(std::span<const std::byte> bytes) noexcept;

}  // namespace studio::io

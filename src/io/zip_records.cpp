#include "io/zip_records.h"

namespace studio::io {
namespace {

constexpr std::uint16_t kZip64Field = 1;

struct Sizes64 {
    bool packed = false, size = false, local_at = false;  // which are asked of the field
};

/// Take the asked values from the zip64 field of `extra`; false when it is absent, twice there or too short.
bool apply_zip64(std::span<const std::byte> extra, const Sizes64& asked, ZipHeader& header) noexcept {
    ByteReader in(extra);
    bool is_found = false;
    while (in.left() >= 4) {
        const auto id = in.read<std::uint16_t>();
        ByteReader field(in.take(in.read<std::uint16_t>()));
        if (in.failed()) return false;
        if (id != kZip64Field) continue;
        if (is_found) return false;
        is_found = true;
        if (asked.size) header.size = field.read<std::uint64_t>();
        if (asked.packed) header.packed = field.read<std::uint64_t>();
        if (asked.local_at) header.local_at = field.read<std::uint64_t>();
        if (field.failed()) return false;
    }
    return is_found || !(asked.packed || asked.size || asked.local_at);
}

}  // namespace

ZipHeader read_central_header(ByteReader& in) noexcept {
    ZipHeader header;
    const auto signature = in.read<std::uint32_t>();
    (void)in.take(4);  // versions
    header.flags = in.read<std::uint16_t>();
    header.method = in.read<std::uint16_t>();
    (void)in.take(4);  // time and date
    header.crc32 = in.read<std::uint32_t>();
    header.packed = in.read<std::uint32_t>();
    header.size = in.read<std::uint32_t>();
    const auto name = in.read<std::uint16_t>(), extra = in.read<std::uint16_t>(), comment = in.read<std::uint16_t>();
    header.disk = in.read<std::uint16_t>();
    (void)in.take(6);  // attributes
    header.local_at = in.read<std::uint32_t>();
    header.name = in.text(name);
    const auto fields = in.take(extra);
    (void)in.take(comment);
    header.is_broken =
        in.failed() || signature != kCentralSignature ||
        !apply_zip64(fields, {header.packed == kIn64, header.size == kIn64, header.local_at == kIn64}, header);
    return header;
}

ZipHeader read_local_header(ByteReader& in) noexcept {
    ZipHeader header;
    const auto signature = in.read<std::uint32_t>();
    (void)in.take(2);
    header.flags = in.read<std::uint16_t>();
    header.method = in.read<std::uint16_t>();
    (void)in.take(4);
    header.crc32 = in.read<std::uint32_t>();
    header.packed = in.read<std::uint32_t>();
    header.size = in.read<std::uint32_t>();
    const auto name = in.read<std::uint16_t>(), extra = in.read<std::uint16_t>();
    header.name = in.text(name);
    const auto fields = in.take(extra);
    const bool is_left_out =
        header.crc32 == 0 && (header.packed == 0 || header.packed == kIn64) && header.packed == header.size;
    header.sizes_are_known = !((header.flags & 8) != 0 && is_left_out);
    header.is_broken = in.failed() || signature != kLocalSignature;
    if (header.sizes_are_known && !header.is_broken) {
        header.is_broken = !apply_zip64(fields, {header.packed == kIn64, header.size == kIn64, false}, header);
    }
    return header;
}

std::optional<std::uint64_t> match_descriptor(ByteReader in, const ZipHeader& central) noexcept {
    if (in.read<std::uint32_t>() != kDescriptorSignature || in.read<std::uint32_t>() != central.crc32) return {};
    ByteReader wide = in;
    if (wide.read<std::uint64_t>() == central.packed && wide.read<std::uint64_t>() == central.size && !wide.failed()) {
        return 24;
    }
    if (in.read<std::uint32_t>() == central.packed && in.read<std::uint32_t>() == central.size && !in.failed())
        return 16;
    return {};
}

std::optional<ZipEnd> read_end_records(std::span<const std::byte> bytes) noexcept {
    if (bytes.size() < kEndBytes) return {};
    ZipEnd end;
    end.records_at = bytes.size() - kEndBytes;
    ByteReader in(bytes, end.records_at);
    if (in.read<std::uint32_t>() != kEndSignature) return {};
    const auto disk = in.read<std::uint16_t>(), first_disk = in.read<std::uint16_t>();
    const std::uint64_t here = in.read<std::uint16_t>(), all = in.read<std::uint16_t>();
    end.directory_bytes = in.read<std::uint32_t>();
    end.directory_at = in.read<std::uint32_t>();
    if (disk != 0 || first_disk != 0 || here != all || in.read<std::uint16_t>() != 0) return {};  // no comment either
    end.entries = all;
    const ZipEnd short_form = end;
    if (end.records_at < kLocator64Bytes) return end;
    ByteReader locator(bytes, end.records_at - kLocator64Bytes);
    if (locator.read<std::uint32_t>() != kLocator64Signature) return end;
    const auto locator_disk = locator.read<std::uint32_t>();
    const auto record_at = locator.read<std::uint64_t>();
    if (locator_disk != 0 || locator.read<std::uint32_t>() != 1) return {};
    if (record_at > bytes.size() || bytes.size() - record_at != kEndBytes + kLocator64Bytes + kEnd64Bytes) return {};
    ByteReader record(bytes, record_at);
    if (record.read<std::uint32_t>() != kEnd64Signature || record.read<std::uint64_t>() != kEnd64Bytes - 12) return {};
    (void)record.take(4);
    const auto disks = record.read<std::uint64_t>();
    end.records_at = record_at;
    const auto entries_here = record.read<std::uint64_t>();
    end.entries = record.read<std::uint64_t>();
    end.directory_bytes = record.read<std::uint64_t>();
    end.directory_at = record.read<std::uint64_t>();
    const auto agrees = [](std::uint64_t narrow, std::uint64_t wide, std::uint64_t none) {
        return narrow == none || narrow == wide;
    };
    const bool is_one_story = agrees(short_form.entries, end.entries, 0xFFFF) &&
                              agrees(short_form.directory_bytes, end.directory_bytes, kIn64) &&
                              agrees(short_form.directory_at, end.directory_at, kIn64);
    if (disks != 0 || entries_here != end.entries || !is_one_story) return {};
    return end;
}

}  // namespace studio::io

// io/zip_directory.h - the entries of a zip archive whose author may be an enemy. Only what torch.save writes is read.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace studio::io {

struct ZipLimits {
    std::size_t entries = 70000;
    std::uint64_t directory_bytes = 32u << 20;
    std::size_t name_bytes = 512;
};

struct ZipEntry {
    std::string name;          // inside the root folder: "data.pkl", "data/17"
    std::uint64_t offset = 0;  // of its bytes, from the start of the file
    std::uint64_t size = 0;
    std::uint32_t crc32 = 0;  // as declared; not checked here
};

struct ZipDirectory {
    std::string root;               // the one folder that holds everything
    std::vector<ZipEntry> entries;  // sorted by name

    const ZipEntry* find(std::string_view name) const noexcept;  // name without the root
};

/// `file_bytes` is the whole file; `file` names it in errors. Accepts: stored entries only, in one root folder, that
/// tile the file from its first byte to the directory, each described equally by directory, local header and (if there
/// is one) data descriptor; zip64; nothing after the end record. Nothing is unpacked, nothing is allocated from a
/// number in the file before it was checked against the file's size. Errors   Unsupported: compressed or encrypted
/// entries. CorruptFile: everything else, the entry as `field`; a missing
///          directory says that the file ends early.
/// Source   APPNOTE.TXT 6.3.9 (PKWARE); faults.md rows 38 to 43.
Result<ZipDirectory> read_zip_directory(std::span<const std::byte> file_bytes, const std::string& file,
                                        const ZipLimits& limits = {});

}  // namespace studio::io

#include "io/zip_directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "core/text.h"
#include "io/zip_records.h"

namespace studio::io {
namespace {

constexpr const char* kAgain = "Download the file again and compare its size with the one published.";
constexpr std::uint16_t kEncrypted = 1 | 1 << 6 | 1 << 13, kHasDescriptor = 1 << 3, kNamesAreUtf8 = 1 << 11;

/// Why a name is not a plain path inside the archive's own folder, or null.
const char* bad_path(std::string_view name, const ZipLimits& limits) {
    if (name.empty() || name.size() > limits.name_bytes) return "its name is empty or too long";
    if (escape_for_display(name, 8 * limits.name_bytes) != name) return "its name contains control characters";
    if (name.find_first_of("\\:*?\"<>|") != name.npos)
        return "its name contains a character that no path inside may have";
    if (name.front() == '/') return "its name is an absolute path";
    for (std::size_t begin = 0; begin <= name.size();) {
        const std::size_t end = std::min(name.find('/', begin), name.size());
        const std::string_view part = name.substr(begin, end - begin);
        if (part.empty() || part == "." || part == "..") return "its name leads out of the archive";
        begin = end + 1;
    }
    return nullptr;
}

struct Located {
    ZipEntry entry;
    ZipHeader header;
};

class Reader {
  public:
    Reader(std::span<const std::byte> bytes, const std::string& file, const ZipLimits& limits)
        : bytes_(bytes), file_(file), limits_(limits) {}

    Result<ZipDirectory> read() {
        const auto end = read_end_records(bytes_);
        if (!end) return missing_end();
        if (end->directory_at > end->records_at || end->records_at - end->directory_at != end->directory_bytes) {
            return bad({}, "its directory is not where its end record says; the file was cut, patched or extended");
        }
        if (end->entries > limits_.entries || end->directory_bytes > limits_.directory_bytes) {
            return bad({}, fmt::format("it has {} entries in a directory of {} bytes; at most {} in {} are read",
                                       end->entries, end->directory_bytes, limits_.entries, limits_.directory_bytes));
        }
        STUDIO_TRY_VOID(read_entries(*end));
        STUDIO_TRY_VOID(check_tiling(*end));
        return finish();
    }

  private:
    Error bad(std::string_view entry, const std::string& why, ErrorCode code = ErrorCode::kCorruptFile,
              const char* fix = kAgain) const {
        const std::string name = escape_for_display(entry);
        const std::string where = name.empty() ? std::string() : fmt::format(": entry {}", name);
        return {code, fmt::format("{}{}: {}.", escape_for_display(file_, 1000), where, why), file_, name, fix, {}};
    }

    Error missing_end() const {
        std::string_view tail = as_text(bytes_);
        tail = tail.substr(tail.size() - std::min<std::size_t>(tail.size(), 66000));
        const std::size_t found = tail.rfind("PK\x05\x06");
        if (found != tail.npos && tail.size() - found >= kEndBytes) {
            return bad({}, fmt::format("{} bytes after the end of the archive belong to nothing, or its end record is "
                                       "damaged",
                                       tail.size() - found - kEndBytes));
        }
        const std::string expected = last_known_byte();
        return bad(
            {},
            fmt::format("it ends early: the directory at the end of a torch file is missing (there are {} bytes{})",
                        bytes_.size(), expected),
            ErrorCode::kCorruptFile, "The file is incomplete: resume or repeat the download.");
    }

    /// How far the entries reach, as far as their own headers tell.
    std::string last_known_byte() const {
        ByteReader in(bytes_);
        for (std::size_t i = 0; i < limits_.entries && in.left() >= kLocalBytes; ++i) {
            const ZipHeader header = read_local_header(in);
            if (header.is_broken || !header.sizes_are_known) break;
            if (header.packed > in.left()) {
                return fmt::format(", entry {} alone would reach byte {}", escape_for_display(header.name),
                                   in.position() + header.packed);
            }
            in.seek(in.position() + header.packed);
        }
        return {};
    }

    Result<void> read_entries(const ZipEnd& end) {
        const auto directory =
            bytes_.subspan(static_cast<std::size_t>(end.directory_at), static_cast<std::size_t>(end.directory_bytes));
        // The shortest entry has 46 bytes and a name: a count that does not fit is a lie.
        if (end.entries > directory.size() / (kCentralBytes + 1)) {
            return bad({},
                       fmt::format("its directory of {} bytes cannot hold {} entries", directory.size(), end.entries));
        }
        ByteReader in(directory);
        located_.reserve(static_cast<std::size_t>(end.entries));
        for (std::uint64_t i = 0; i < end.entries; ++i) {
            const ZipHeader header = read_central_header(in);
            if (header.is_broken) return bad(header.name, "its directory record is damaged");
            STUDIO_TRY_VOID(take_entry(header, end));
        }
        if (in.left() != 0) return bad({}, "its directory holds more than its entries");
        if (located_.empty()) return bad({}, "it is an empty archive");
        return {};
    }

    Result<void> take_entry(const ZipHeader& header, const ZipEnd& end) {
        const std::string_view name = header.name;
        if (const char* const why = bad_path(name, limits_)) return bad(name, why);
        if (!names_.insert(name).second) return bad(name, "it appears twice");
        if ((header.flags & kEncrypted) != 0) {
            return bad(name, "it is encrypted", ErrorCode::kUnsupported, "Use a file without a password.");
        }
        if (header.method != 0) {
            return bad(name, "it is compressed; torch stores its entries as they are, and only that is read",
                       ErrorCode::kUnsupported,
                       "Get the original file, or save it again with torch.save (zip tools must not repack it).");
        }
        if ((header.flags & ~(kHasDescriptor | kNamesAreUtf8)) != 0)
            return bad(name, "it has flags that are not known");
        if (header.packed != header.size || header.disk != 0) return bad(name, "its sizes contradict each other");
        const std::size_t slash = name.find('/');
        if (slash == name.npos) return bad(name, "it lies outside the one folder that a torch file has");
        if (root_.empty()) root_ = name.substr(0, slash);
        if (name.substr(0, slash) != root_) return bad(name, "the archive has more than one root folder");
        return locate(header, end);
    }

    /// Holds the directory against the header beside the data.
    Result<void> locate(const ZipHeader& header, const ZipEnd& end) {
        ByteReader in(bytes_.first(static_cast<std::size_t>(end.directory_at)), header.local_at);
        const ZipHeader local = read_local_header(in);
        if (local.is_broken) return bad(header.name, "there is no header where the directory says");
        if (local.name != header.name || local.flags != header.flags || local.method != header.method) {
            return bad(header.name, fmt::format("the header beside its data says something else (name {})",
                                                escape_for_display(local.name)));
        }
        if (local.sizes_are_known &&
            (local.crc32 != header.crc32 || local.size != header.size || local.packed != header.packed)) {
            return bad(header.name, "the header beside its data gives another size or checksum");
        }
        if (header.size > in.left()) {
            return bad(header.name,
                       fmt::format("its {} bytes reach beyond the {} that are left", header.size, in.left()));
        }
        located_.push_back(
            {{std::string(header.name.substr(root_.size() + 1)), in.position(), header.size, header.crc32}, header});
        return {};
    }

    Result<void> check_tiling(const ZipEnd& end) {
        std::sort(located_.begin(), located_.end(),
                  [](const Located& a, const Located& b) { return a.header.local_at < b.header.local_at; });
        std::uint64_t reached = 0;
        for (const Located& at : located_) {
            if (at.header.local_at < reached) return bad(at.header.name, "it overlaps the entry before it");
            if (at.header.local_at > reached) {
                return bad(at.header.name,
                           fmt::format("{} bytes before it belong to no entry", at.header.local_at - reached));
            }
            reached = at.entry.offset + at.entry.size;
            if ((at.header.flags & kHasDescriptor) == 0) continue;
            const auto length = match_descriptor(
                ByteReader(bytes_.first(static_cast<std::size_t>(end.directory_at)), reached), at.header);
            if (!length) return bad(at.header.name, "the record after its data contradicts the directory");
            reached += *length;
        }
        if (reached != end.directory_at) {
            return bad({}, fmt::format("{} bytes before its directory belong to no entry", end.directory_at - reached));
        }
        return {};
    }

    ZipDirectory finish() {
        ZipDirectory out;
        out.root = root_;
        out.entries.reserve(located_.size());
        for (Located& at : located_)
            out.entries.push_back(std::move(at.entry));
        std::sort(out.entries.begin(), out.entries.end(),
                  [](const ZipEntry& a, const ZipEntry& b) { return a.name < b.name; });
        return out;
    }

    std::span<const std::byte> bytes_;
    const std::string& file_;
    const ZipLimits& limits_;
    std::string_view root_;
    std::unordered_set<std::string_view> names_;
    std::vector<Located> located_;
};

}  // namespace

const ZipEntry* ZipDirectory::find(std::string_view name) const noexcept {
    const auto at =
        std::lower_bound(entries.begin(), entries.end(), name,
                         [](const ZipEntry& entry, std::string_view wanted) { return entry.name < wanted; });
    return at != entries.end() && at->name == name ? &*at : nullptr;
}

Result<ZipDirectory> read_zip_directory(std::span<const std::byte> file_bytes, const std::string& file,
                                        const ZipLimits& limits) {
    return Reader(file_bytes, file, limits).read();
}

}  // namespace studio::io

#include "app/job_images.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>

#include "core/files.h"
#include "core/log.h"
#include "core/text.h"
#include "io/atomic_file.h"
#include "io/sha256.h"

namespace studio {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kChunk = 1 << 20;
constexpr std::size_t kHashChars = 64;

bool is_hash(const std::string& name) {
    return name.size() == kHashChars && name.find_first_not_of("0123456789abcdef") == std::string::npos;
}

struct CloseFile {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
using FilePtr = std::unique_ptr<std::FILE, CloseFile>;

FilePtr open_to_read(const fs::path& path) {
#ifdef _WIN32
    return FilePtr(_wfopen(path.c_str(), L"rb"));
#else
    return FilePtr(std::fopen(path.c_str(), "rb"));
#endif
}

Error unreadable(const fs::path& from) {
    return {ErrorCode::kIo,
            "The picture could not be read to its end.",
            path_to_utf8(from),
            {},
            "Check that it can be opened in another program, or use another one.",
            {}};
}

/// Returns the hash of what was written.
Result<std::string> copy_bytes(const fs::path& from, const fs::path& to) {
    const FilePtr source = open_to_read(from);
    if (!source) return unreadable(from);
    STUDIO_TRY(target, io::AtomicFile::create(to));
    io::Sha256 hash;
    std::vector<std::byte> chunk(kChunk);
    for (;;) {
        const std::size_t got = std::fread(chunk.data(), 1, chunk.size(), source.get());
        if (got == 0) break;
        const std::span<const std::byte> bytes(chunk.data(), got);
        hash.update(bytes);
        STUDIO_TRY_VOID(target.write(bytes));
    }
    if (std::ferror(source.get()) != 0) return unreadable(from);
    STUDIO_TRY_VOID(target.commit_replacing());
    return hash.finish();
}

/// What a person reads when the copy fails: which picture, not which place inside the program's folders alone.
Error not_kept(const fs::path& from, const Error& why) {
    return {why.code,
            fmt::format("The picture {} could not be kept for the job: {}",
                        escape_for_display(path_to_utf8(from.filename()), 200), why.message),
            why.file.empty() ? path_to_utf8(from) : why.file,
            {},
            why.fix,
            {}};
}
}  // namespace

/// The hash under which `file` lies here; empty: it is no copy of ours.
std::string JobImages::copy_of(const fs::path& file) const {
    std::string hash = path_to_utf8(file.parent_path().filename());
    return is_hash(hash) && file.parent_path().parent_path() == folder_ ? hash : std::string();
}

Result<void> JobImages::keep_one(std::string& path, const char* field) const {
    if (path.empty()) return {};
    std::error_code ec;
    const fs::path given = path_from_utf8(path), absolute = fs::absolute(given, ec);
    const fs::path from = ec ? given : absolute.lexically_normal();
    const auto failed = [&](const Error& why) {
        Error error = not_kept(from, why);
        error.field = field;
        return error;
    };
    if (auto there = require_regular_file(from); !there) return failed(there.error());
    if (!copy_of(from).empty()) return {};
    const auto hash = io::sha256_file(from);
    if (!hash) return failed(hash.error());
    const fs::path place = folder_ / *hash, to = place / from.filename();
    if (!fs::exists(to, ec)) {
        const bool is_new = fs::create_directories(place, ec);
        if (ec)
            return failed({ErrorCode::kIo,
                           "its folder could not be made: " + ec.message() + ".",
                           path_to_utf8(place),
                           {},
                           "Check free space and permissions of the data folder.",
                           {}});
        const auto copied = copy_bytes(from, to);
        const bool is_whole = copied.ok() && *copied == *hash;
        if (!is_whole) {
            std::error_code ignored;
            fs::remove(to, ignored);
            if (is_new) fs::remove(place, ignored);
            if (!copied.ok()) return failed(copied.error());
            return failed({ErrorCode::kIo,
                           "it changes while it is being copied.",
                           path_to_utf8(from),
                           {},
                           "Wait until it is saved, then try again.",
                           {}});
        }
    }
    path = path_to_utf8(to);
    return {};
}

Result<void> JobImages::keep(GenerationRequest& request) const {
    GenerationRequest kept = request;
    STUDIO_TRY_VOID(keep_one(kept.image, "image"));
    STUDIO_TRY_VOID(keep_one(kept.end_image, "end_image"));
    request = std::move(kept);
    return {};
}

void JobImages::find_moved(GenerationRequest& request) const {
    for (std::string* path : {&request.image, &request.end_image}) {
        const fs::path was = path_from_utf8(*path), here = folder_ / was.parent_path().filename() / was.filename();
        std::error_code ec;
        if (is_hash(path_to_utf8(was.parent_path().filename())) && !fs::exists(was, ec) && fs::exists(here, ec))
            *path = path_to_utf8(here);
    }
}

std::vector<std::string> JobImages::copies_in(const Json& request) const {
    std::vector<std::string> hashes;
    for (const char* key : {"image", "end_image"}) {
        const auto at = request.is_object() ? request.find(key) : request.end();
        if (!request.is_object() || at == request.end() || !at->is_string()) continue;
        if (std::string hash = copy_of(path_from_utf8(at->get<std::string>())); !hash.empty())
            hashes.push_back(std::move(hash));
    }
    return hashes;
}

void JobImages::remove(const std::string& sha256) const {
    if (!is_hash(sha256)) return;
    std::error_code failed;
    fs::remove_all(folder_ / sha256, failed);
    if (failed) log::warning("A picture that no job needs could not be removed: {}", failed.message());
}

void JobImages::sweep(const std::function<bool(const std::string& sha256)>& is_needed) const {
    std::error_code failed;
    std::vector<std::string> here;
    for (fs::directory_iterator it(folder_, failed), end; !failed && it != end; it.increment(failed))
        if (std::string name = path_to_utf8(it->path().filename()); is_hash(name)) here.push_back(std::move(name));
    for (const std::string& hash : here)
        if (!is_needed(hash)) remove(hash);
}

}  // namespace studio

#include "net/part_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>
#include <vector>

#include "core/files.h"
#include "core/json.h"
#include "core/log.h"
#include "core/platform.h"
#include "core/text.h"
#include "io/atomic_file.h"

namespace studio::net {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kHashBlock = 1 << 20;
constexpr int kRenameTries = 4;
#ifdef EDQUOT
constexpr int kQuotaError = EDQUOT;
#else
constexpr int kQuotaError = ENOSPC;  // Windows tells quotas as a full disk
#endif

fs::path beside(const fs::path& target, const char* ending) {
    fs::path path = target;
    path += ending;
    return path;
}

Error busy(const fs::path& target) {
    const std::string name = path_to_utf8(target);
    return {ErrorCode::kIo,
            fmt::format("{} is being downloaded by another Turbo Studio right now.", escape_for_display(name, 1000)),
            name,
            "lock",
            "Wait until that one is done, or end it, then try again.",
            {}};
}

std::optional<PartState> read_state(const fs::path& path) {
    const auto json = read_json_file(path);
    if (!json.ok() || !json->is_object()) return std::nullopt;
    const auto text = [&](const char* key) {
        const auto it = json->find(key);
        return it != json->end() && it->is_string() ? it->get<std::string>() : std::string();
    };
    PartState state{text("url"), text("etag"), text("last_modified"), 0, text("sha256")};
    if (const auto it = json->find("size"); it != json->end() && it->is_number_unsigned())
        state.size = it->get<std::uint64_t>();
    return state;
}

}  // namespace

fs::path part_path(const fs::path& target) {
    return beside(target, ".part");
}
fs::path part_state_path(const fs::path& target) {
    return beside(target, ".part.json");
}

Error PartFile::failed(std::string_view what) const {
    const int number = errno;
    const std::string name = path_to_utf8(target_);
    const std::error_code problem(number != 0 ? number : EIO, std::generic_category());
    const bool is_full =
        problem == std::errc::no_space_on_device || problem == std::errc::file_too_large || number == kQuotaError;
    std::string message = fmt::format("{} cannot be {}: {}.", escape_for_display(name, 1000), what,
                                      escape_for_display(problem.message()));
    const bool is_open_ended = state_.size == 0 || state_.size < size_;
    std::string fix =
        "Check the disk and the permissions of the folder, then download again: it goes on where it stopped.";
    if (is_full) {
        fix = is_open_ended ? "Free some disk space, then download again: it goes on where it stopped."
                            : fmt::format("Free {} on this disk, then download again: it goes on where it stopped.",
                                          format_bytes(state_.size - size_));
    }
    return {ErrorCode::kIo, std::move(message), name, is_full ? "disk" : "", std::move(fix), {}};
}

Result<PartFile> PartFile::open(const fs::path& target, const PartState& wanted) {
    std::error_code problem;
    fs::create_directories(target.parent_path(), problem);
    if (problem) {
        const std::string name = path_to_utf8(target);
        return Error{ErrorCode::kIo,
                     fmt::format("The folder of {} cannot be made: {}.", escape_for_display(name, 1000),
                                 escape_for_display(problem.message())),
                     name,
                     {},
                     "Check that you may write to the models folder, or choose another one with STUDIO_MODELS.",
                     {}};
    }
    STUDIO_TRY(lock, FileLock::try_lock(beside(target, ".part.lock")));
    if (!lock) return busy(target);
    PartFile part(target, *std::move(lock));
    part.hash_ = std::make_unique<io::Sha256>();
    part.state_ = wanted;
    const fs::path path = part_path(target);
    if (const auto status = fs::symlink_status(path, problem); status.type() != fs::file_type::not_found) {
        const auto known = read_state(part_state_path(target));
        const bool is_ours = status.type() == fs::file_type::regular && known && known->sha256 == wanted.sha256 &&
                             (wanted.size == 0 || known->size == wanted.size);
        const auto size = is_ours ? fs::file_size(path, problem) : 0;
        if (is_ours && !problem && (wanted.size == 0 || size <= wanted.size)) {
            part.state_ = *known;
            part.size_ = size;
        } else if (!fs::remove(path, problem)) {
            errno = problem.value();
            return part.failed("replaced");
        }
    }
    STUDIO_TRY_VOID(part.open_stream());
    return part;
}

Result<void> PartFile::open_stream() {
    errno = 0;
    const auto mode = std::ios::binary | std::ios::out | (size_ > 0 ? std::ios::app : std::ios::trunc);
    stream_.pubsetbuf(nullptr, 0);  // libcurl's blocks are large; every byte counted here is with the system
    if (stream_.open(part_path(target_), mode) == nullptr) return failed("written");
    return {};
}

Result<void> PartFile::hash_existing(const std::stop_token& stop) {
    if (hashed_ >= size_) return {};
    std::ifstream in(part_path(target_), std::ios::binary);
    std::vector<char> block(kHashBlock);
    while (hashed_ < size_) {
        if (stop.stop_requested()) return cancelled();
        errno = 0;
        const auto want = std::min<std::uint64_t>(block.size(), size_ - hashed_);
        if (!in.read(block.data(), static_cast<std::streamsize>(want))) return failed("read again");
        hash_->update(std::as_bytes(std::span(block.data(), static_cast<std::size_t>(want))));
        hashed_ += want;
    }
    return {};
}

Result<void> PartFile::restart() {
    stream_.close();
    size_ = 0;
    hashed_ = 0;
    hash_ = std::make_unique<io::Sha256>();
    return open_stream();
}

Result<void> PartFile::set_state(const PartState& state) {
    state_ = state;
    const Json json = {{"version", 1},       {"url", state.url},
                       {"etag", state.etag}, {"last_modified", state.last_modified},
                       {"size", state.size}, {"sha256", state.sha256}};
    return io::write_text_file(part_state_path(target_), json.dump(1, ' ', false, Json::error_handler_t::replace));
}

Result<void> PartFile::append(std::span<const std::byte> bytes) {
    errno = 0;
    const auto count = static_cast<std::streamsize>(bytes.size());
    const auto written = stream_.sputn(reinterpret_cast<const char*>(bytes.data()), count);
    if (written == count && hashed_ == size_) {
        hash_->update(bytes);
        hashed_ += bytes.size();
        size_ += bytes.size();
        return {};
    }
    if (written == count) return internal_error("A part was extended before it was hashed.");
    Error error = failed("written");
    // What did get through counts next time; a stream that failed in the middle says nothing reliable about it.
    std::error_code problem;
    stream_.close();
    if (const auto size = fs::file_size(part_path(target_), problem); !problem) size_ = size;
    return error;
}

Result<void> PartFile::flush() {
    errno = 0;
    if (stream_.is_open() && stream_.pubsync() != 0) return failed("written");
    return {};
}

Result<std::string> PartFile::finish() {
    errno = 0;
    if (stream_.is_open() && stream_.close() == nullptr) return failed("written");
    if (hashed_ != size_) return internal_error("A part was finished before it was hashed.");
    return hash_->finish();
}

Result<void> PartFile::place(bool may_replace) {
    const fs::path path = part_path(target_);
    if (may_replace) {
        std::error_code problem;
        fs::rename(path, target_, problem);
        errno = problem.value();
        if (problem) return failed("put in place");
        return {};
    }
    STUDIO_TRY(is_placed, platform::rename_no_replace(path, target_));
    if (is_placed) return {};
    const std::string name = path_to_utf8(target_);
    return Error{ErrorCode::kIo,
                 fmt::format("{} appeared while it was being downloaded.", escape_for_display(name, 1000)),
                 name,
                 {},
                 "Move that file away, then download again.",
                 {}};
}

Result<void> PartFile::commit(bool may_replace) {
    STUDIO_TRY_VOID(platform::sync_file(part_path(target_)));
    auto placed = place(may_replace);
    // On Windows a virus scanner may hold a new file open for a moment.
    for (int attempt = 1; !placed.ok() && attempt < kRenameTries; ++attempt) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100 * attempt));
        placed = place(may_replace);
    }
    if (!placed.ok()) return placed;
    std::error_code ignored;
    fs::remove(part_state_path(target_), ignored);
    return platform::sync_folder(target_.parent_path());
}

void PartFile::discard() {
    stream_.close();
    std::error_code ignored;
    fs::remove(part_path(target_), ignored);
    fs::remove(part_state_path(target_), ignored);
}

}  // namespace studio::net

// net/part_file.h - a download on its way: NAME.part with what has arrived, NAME.part.json with what it belongs to, and
// a lock. The file gets its name only when size and hash are right.
#pragma once
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "core/file_lock.h"
#include "core/result.h"
#include "io/sha256.h"

namespace studio::net {

/// What the bytes of a part belong to. Part and state are used again only if size and hash are still those asked for.
struct PartState {
    std::string url;  // without query
    std::string etag;
    std::string last_modified;
    std::uint64_t size = 0;  // 0: not known
    std::string sha256;      // expected; empty: not known
};

std::filesystem::path part_path(const std::filesystem::path& target);
std::filesystem::path part_state_path(const std::filesystem::path& target);

/// Threads   one at a time.
class PartFile {
  public:
    /// Takes the lock and looks for an earlier part; creates the folder.
    /// Errors   Io naming the target: another process downloads it ("lock"), no permission, folder missing.
    static Result<PartFile> open(const std::filesystem::path& target, const PartState& wanted);
    PartFile(PartFile&&) noexcept = default;

    std::uint64_t size() const { return size_; }
    const PartState& state() const { return state_; }
    /// Read what is there into the hash, once, before the first append.   Errors: Io, Cancelled.
    Result<void> hash_existing(const std::stop_token& stop);
    /// Start from zero.
    Result<void> restart();
    /// Remember what the server said, before its bytes are appended.
    Result<void> set_state(const PartState& state);
    /// Errors   Io: `field` "disk" when it is full; the part stays as it is.
    Result<void> append(std::span<const std::byte> bytes);
    Result<void> flush();
    /// Hash of everything so far. The object then only knows commit and discard.
    Result<std::string> finish();
    /// The part takes the target's place; state and lock go away.   Errors: Io.
    Result<void> commit(bool may_replace);
    void discard();

  private:
    PartFile(std::filesystem::path target, FileLock lock) : target_(std::move(target)), lock_(std::move(lock)) {}
    Result<void> open_stream();
    Result<void> place(bool may_replace);
    Error failed(std::string_view what) const;

    std::filesystem::path target_;
    FileLock lock_;
    PartState state_;
    std::uint64_t size_ = 0;
    std::unique_ptr<io::Sha256> hash_;
    std::uint64_t hashed_ = 0;
    std::filebuf stream_;
};

}  // namespace studio::net

// io/checkpoint.h - a checkpoint as named byte ranges of mapped files, whatever its container.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "io/dtype.h"

namespace studio::io {

struct TensorInfo {
    std::string name;  // as stored
    DType dtype = DType::kF32;
    std::vector<std::int64_t> shape;  // row-major, outermost first
    std::uint64_t nbytes = 0;         // from the first to the last byte that the values occupy
    std::size_t shard = 0;            // index into Checkpoint::files()
    std::uint64_t offset = 0;         // from the start of that file
    /// In elements, of a view that is not packed row by row (torch files hold transposes, slices and expansions; 0 and
    /// overlaps are legal). Empty: packed. Never set for a block type.
    std::vector<std::int64_t> strides;
};

/// Read-only view of one checkpoint: a .safetensors, torch zip (.pth, .pt) or .gguf file, an *.index.json with its
/// shards, or a folder that holds one of them (or a diffusers part under its usual file name). What a file is follows
/// from its first bytes, not from its name. Files are mapped, nothing is copied or allocated from a
/// number in the file before it was checked against the file's size. Threads  immutable after open; safe from any
/// thread.
class Checkpoint {
  public:
    /// Errors  NotFound, CorruptFile, Unsupported, Io; `file` is the part at fault (the index or the shard), `field`
    /// the
    ///         tensor or key.
    static Result<std::shared_ptr<const Checkpoint>> open(const std::filesystem::path& path);
    virtual ~Checkpoint() = default;

    virtual std::span<const TensorInfo> tensors() const = 0;  // sorted by name
    virtual const TensorInfo* find(std::string_view name) const = 0;
    /// The tensor's bytes inside the mapping; may be unaligned for its type. Valid while the Checkpoint lives.
    virtual std::span<const std::byte> bytes(const TensorInfo& tensor) const = 0;
    /// Call after bytes were used: Io naming the file when another program has shortened or rewritten it since it was
    /// opened. What was read may then be zeros or a mixture; the process does not die of it (see mapped_file.h).
    virtual Result<void> verify_unchanged() const = 0;
    /// What the container itself promises about the bytes: the checksum of a zip entry, computed once for each entry.
    /// Reads the tensor's whole record. Errors  CorruptFile naming file and tensor. Nothing to do for other containers.
    virtual Result<void> verify_content(const TensorInfo&) const { return {}; }
    /// Ask the system to read these bytes of a file soon; returns at once and never fails. Values outside are cut.
    virtual void prefetch(std::size_t /*shard*/, std::uint64_t /*offset*/, std::uint64_t /*nbytes*/) const noexcept {}
    virtual std::span<const std::filesystem::path> files() const = 0;
    virtual const std::map<std::string, std::string>& metadata() const = 0;
    /// The config.json beside the weights, or an empty path.
    virtual const std::filesystem::path& config_path() const = 0;
    virtual const std::filesystem::path& path() const = 0;  // as opened
    virtual std::string_view container() const = 0;         // for people: "safetensors", "torch zip", "GGUF"
    /// The one file that stands for the whole: the weights file itself, or the index of the shards.
    virtual const std::filesystem::path& main_file() const = 0;
};

}  // namespace studio::io

// convert/convert.h - one recognised part of a model in another form, tensor by tensor: memory does not grow with the
// model.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "checkpoint/recognise.h"
#include "core/result.h"
#include "io/dtype.h"

namespace studio::convert {

enum class Form {
    kDiffusers,  // folder: diffusers or HF names, config.json, shards of at most 5 GB with an index
    kW8A8,       // one file, TurboDiffusion's names: int8_weight and scale for every Linear inside blocks but proj_l
    kBlocks,     // one file, as stored: what comes first, then block after block, each at a multiple of 4096 bytes
};

struct Options {
    Form form = Form::kBlocks;
    /// kBF16, kF16 or kF32 for floating weights that are not quantised; nothing: as stored where the form can hold it
    /// (scales and GGUF blocks become bf16 in diffusers form, GGUF blocks in every form).
    std::optional<io::DType> dtype;
    std::uint64_t shard_bytes = 5'000'000'000;  // diffusers; a larger tensor has a shard of its own
};

struct Progress {
    std::uint64_t bytes = 0, total = 0;  // of what is written
    std::string file;
};
using Report = std::function<void(const Progress&)>;

struct Written {
    std::vector<std::filesystem::path> files;
    std::uint64_t bytes = 0;
    std::size_t tensors = 0;
    std::size_t changed = 0;    // tensors whose values were rounded or quantised now
    std::size_t quantised = 0;  // layers with int8_weight
};

/// diffusers: `target` is a folder that this makes. Otherwise `target` is a file that ends in .safetensors, or a folder
/// that this makes, with diffusion_pytorch_model.safetensors and config.json in it; the folder is needed for a network
/// whose sizes cannot be read from its tensors alone (heads that are not 128 wide). Nothing is replaced; nothing is
/// left when it fails. Errors  InvalidArgument (`field` "DST": exists; `field` "--to", "--dtype": not for this part),
/// Unsupported (not a transformer, VAE,
///         text or image encoder), CorruptFile naming file and tensor (values that are not finite, or too large for
///         f16), Io
///         (`field` "disk" before the first byte), Cancelled within a megabyte or so.
/// Threads any; `report` on the calling thread, at most every 16 MB.
Result<Written> convert_part(const checkpoint::Recognised& part, const std::filesystem::path& target,
                             const Options& options, const Report& report, const std::stop_token& stop);

}  // namespace studio::convert

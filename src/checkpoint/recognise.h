// checkpoint/recognise.h - what a checkpoint is, judged by tensor names and shapes and never by its file name.
#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "io/checkpoint.h"

namespace studio::checkpoint {

enum class Role { kDit, kVae, kTextEncoder, kClip, kLora, kOther };
std::string_view to_string(Role role) noexcept;  // "dit", "vae", "text-encoder", "clip", "lora", "other"

/// How stored values become weights.
enum class Scheme {
    kPlain,        // the stored values (floating point or a GGUF block type)
    kTensorScale,  // times one scale: ComfyUI's scaled fp8
    kRowScale,     // times one scale per output row: lightx2v's int8 and fp8
    kTileScale,    // times one scale per 128 x 128 tile: TurboDiffusion's W8A8
};

/// One tensor under its canonical name: the official Wan names (spec: 2.8, 3.4, 4.4), whatever the file calls it.
struct NamedTensor {
    std::string name;
    std::vector<std::int64_t> shape;  // canonical (5-D patch embedding); same element count as stored
    const io::TensorInfo* stored = nullptr;
    Scheme scheme = Scheme::kPlain;
    const io::TensorInfo* scale = nullptr;  // set unless kPlain; its shape was checked against the scheme
};

/// "BF16", "Q4_K", "F8_E4M3*scale", "I8+scale128", "I8*row scale": the stored type and its scheme, for people and
/// reports.
std::string stored_as(const NamedTensor& tensor);

struct Recognised {
    Role role = Role::kOther;
    std::string layout;                                // "official", "diffusers", "hf", "gguf", "lora"
    std::string variant;                               // for people: "Wan2.1 T2V", ...
    std::vector<NamedTensor> tensors;                  // sorted by canonical name; unknown files keep their names
    std::shared_ptr<const io::Checkpoint> checkpoint;  // keeps the mapping alive
};

/// Strips known prefixes, maps diffusers/HF names, decides the role.
/// Errors  CorruptFile when two tensors map to one name, or scales and weights do not fit (checkpoint/schemes.h).
/// Of a file with several parts (a full checkpoint) the `preferred` one, else the transformer.
Result<Recognised> recognise(std::shared_ptr<const io::Checkpoint> checkpoint, Role preferred = Role::kOther);
/// open + recognise + "is it what is needed here?": a wrong part is an Unsupported error that names what it is and what
/// fits.
Result<Recognised> open_as(const std::filesystem::path& path, Role needed);

}  // namespace studio::checkpoint

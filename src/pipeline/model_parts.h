// pipeline/model_parts.h - the opened and mutually checked parts of a model: headers read, no weights loaded.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint/configs.h"
#include "checkpoint/recognise.h"
#include "pipeline/model_folder.h"
#include "text/tokenizer.h"

namespace studio::pipeline {

/// Which parts a caller needs. The `component` command may bring embeddings and then needs no text encoder.
struct NeededParts {
    bool text_encoder = true;
    bool tokenizer = true;
    bool image_encoder = true;  // only asked for where the network has an image embedder
};

/// What a model makes. Decided by the transformer's inputs and the VAE, never by a name.
enum class ModelKind {
    kTextToVideo,       // latent in, latent out
    kImageToVideo,      // mask and image latent appended; 2.1 with image tokens (dit_config.has_image_embedder), 2.2
                        // without
    kFirstLastFrame,    // the same with two images and a position table for their tokens (dit_config.image_pos_len > 0)
    kTextImageToVideo,  // TI2V-5B: VAE 2.2, the image is the clean first latent frame, one timestep per token
};
std::string_view to_string(ModelKind kind) noexcept;   // "t2v", "i2v", "flf2v", "ti2v"
std::string_view kind_title(ModelKind kind) noexcept;  // "text-to-video", "image-to-video", ...

struct ModelParts {
    ModelFolder folder;
    ModelKind kind = ModelKind::kTextToVideo;
    checkpoint::Recognised dit;  // of two experts the high-noise one
    checkpoint::DitConfig dit_config;
    std::optional<checkpoint::Recognised> transformer_2;  // low-noise expert; same configuration as dit
    checkpoint::Recognised vae;
    checkpoint::VaeConfig vae_config;
    std::optional<checkpoint::Recognised> text_encoder;
    std::optional<checkpoint::Umt5Config> text_config;
    std::shared_ptr<const text::Tokenizer> tokenizer;     // null when not needed
    std::optional<checkpoint::Recognised> image_encoder;  // CLIP; only where the network has an image embedder
    std::optional<checkpoint::ClipConfig> clip_config;
    /// Distilled for few steps (rCM): the transformer has SLA weights, or the card says so ("turbo": true).
    bool is_turbo = false;
    std::string variant;               // "Wan2.1 T2V 1.3B", ... or "Wan-type model", for people
    std::vector<std::string> notices;  // what was assumed, for people: which file was taken as which expert, ...
    std::vector<std::filesystem::path> files;  // every weight, config and tokenizer file in use, sorted
    std::uint64_t weight_bytes = 0;            // sum over the weight files

    bool has_two_experts() const { return transformer_2.has_value(); }
};

/// Open every part and check that they fit together.
/// Errors    those of the readers, naming the file; NotFound naming the missing part, its file name and where it is
///           published; Unsupported naming both files when the two experts differ in shape, the text encoder's width is
///           not the transformer's text_dim, the VAE's channels are not the transformer's, the image encoder's width is
///           not the transformer's image_dim, or the tokenizer has more pieces than the encoder has rows.
/// Threads   any; the result is immutable.
Result<std::shared_ptr<const ModelParts>> open_model_parts(const ModelFolder& folder, const NeededParts& needed = {});

/// Path, size and time of change of every file: two equal texts mean the same content.
std::string files_identity(const std::vector<std::filesystem::path>& files);

/// Bytes of a part's weights as stored.
std::uint64_t stored_bytes(const checkpoint::Recognised& part);
/// Number of values in a part's weights.
std::uint64_t parameter_count(const checkpoint::Recognised& part);

}  // namespace studio::pipeline

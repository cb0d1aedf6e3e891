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
};

struct ModelParts {
    ModelFolder folder;
    checkpoint::Recognised dit;
    checkpoint::DitConfig dit_config;
    checkpoint::Recognised vae;
    checkpoint::VaeConfig vae_config;
    std::optional<checkpoint::Recognised> text_encoder;
    std::optional<checkpoint::Umt5Config> text_config;
    std::shared_ptr<const text::Tokenizer> tokenizer;  // null when not needed
    std::string variant;                               // "Wan2.1 T2V 1.3B", ... or "Wan-type model", for people
    std::vector<std::filesystem::path> files;          // every weight, config and tokenizer file in use, sorted
    std::uint64_t weight_bytes = 0;                    // sum over the weight files
};

/// Open every part and check that they fit together.
/// Errors    those of the readers, naming the file; Unsupported naming both files when the text encoder's width is not
///           the transformer's text_dim, the VAE's channels are not the transformer's, or the tokenizer has more pieces
///           than the encoder has rows; Unsupported for image-to-video and two-expert networks.
/// Threads   any; the result is immutable.
Result<std::shared_ptr<const ModelParts>> open_model_parts(const ModelFolder& folder, const NeededParts& needed = {});

/// Path, size and time of change of every file: two equal texts mean the same content.
std::string files_identity(const std::vector<std::filesystem::path>& files);

/// Bytes of a part's weights as stored.
std::uint64_t stored_bytes(const checkpoint::Recognised& part);
/// Number of values in a part's weights.
std::uint64_t parameter_count(const checkpoint::Recognised& part);

}  // namespace studio::pipeline

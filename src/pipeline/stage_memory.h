// pipeline/stage_memory.h - what each stage needs beside the weights: counted from the sizes of the tensors that are
// alive at its fullest moment, layer by layer, as the networks' code makes them.
#pragma once
#include <cstdint>

#include "checkpoint/configs.h"
#include "pipeline/video_shape.h"

namespace studio::pipeline {

struct DenoiseSizes {
    LatentShape latent;
    std::int64_t text_tokens = 512;  // rows of the prompt that are computed (padding is one row)
    std::int64_t image_tokens = 0;   // rows of the image context (CLIP)
    std::int64_t condition_channels = 0;
    int prompts = 1;         // 2 with guidance: keys and values of both stay
    int element_bytes = 4;   // of the compute type
    bool is_sparse = false;  // SLA kinds: maps, feature maps and their sums
};

/// Embedding `text_tokens` rows with the largest layer's temporaries.
std::uint64_t text_stage_bytes(const checkpoint::Umt5Config& config, std::int64_t text_tokens, int element_bytes);
/// One forward pass: residual, one block's temporaries, cross-attention keys and values, latents of the solver.
std::uint64_t denoise_stage_bytes(const checkpoint::DitConfig& config, const DenoiseSizes& sizes);
/// Streaming decode of a latent of height x width: feature caches and the fullest layer, for the most demanding of
/// `bands` bands. The same for any number of latent frames above one; a single picture needs less.
std::uint64_t decode_stage_bytes(const checkpoint::VaeConfig& config, std::int64_t height, std::int64_t width,
                                 int bands = 1, bool is_single_picture = false);
/// The same for encoding four frames after the first.
std::uint64_t encode_stage_bytes(const checkpoint::VaeConfig& config, std::int64_t height, std::int64_t width);
/// Multiplications of a decode in bands, relative to a decode in one piece.
double decode_cost(const checkpoint::VaeConfig& config, std::int64_t height, int bands);

}  // namespace studio::pipeline

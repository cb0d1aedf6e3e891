// pipeline/memory_plan.h - how much memory a generation will take, and which parts must leave between stages.
#pragma once
#include <cstdint>

#include "pipeline/model_parts.h"
#include "pipeline/video_shape.h"

namespace studio::pipeline {

/// All in bytes. An estimate by formula from sizes (spec: wan.md 10), meant to be right within a quarter.
struct MemoryPlan {
    std::uint64_t text_weights = 0, dit_weights = 0, vae_weights = 0;
    std::uint64_t denoise_work = 0;  // activations of one transformer forward, cross-attention keys and values, latents
    std::uint64_t decode_work = 0;   // feature caches of the VAE and one chunk of frames
    bool keeps_all = true;           // every part stays loaded; otherwise one stage's parts at a time
    std::uint64_t peak = 0;          // of the whole process, with the choice above
};

/// `available` is what the machine has free now; it decides keeps_all only.
MemoryPlan plan_memory(const ModelParts& parts, const VideoShape& shape, bool is_bf16, std::uint64_t available);

}  // namespace studio::pipeline

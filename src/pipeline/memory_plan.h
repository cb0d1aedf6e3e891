// pipeline/memory_plan.h - before a generation runs: what it will take in each of the ways in which it can run, and the
// first that fits. Counted from names, shapes and types (weight_memory.h, stage_memory.h); nothing is read or measured.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/memory_choice.h"
#include "pipeline/model_parts.h"
#include "pipeline/video_shape.h"
#include "pipeline/weight_memory.h"

namespace studio::pipeline {

enum class MemoryStage { kText, kImage, kDenoise, kDecode };
std::string_view to_string(MemoryStage stage) noexcept;  // "text", "image", "denoise", "decode"

struct PlanInputs {
    VideoShape shape;
    bool is_cuda = false;
    int element_bytes = 4;           // of the compute type
    int prompts = 1;                 // 2 with guidance
    std::int64_t text_tokens = 512;  // of the longest prompt; more than the model reads counts as that
    bool has_image = false;          // an image is encoded and conditions the network
    bool only_decodes = false;       // from latents of an earlier run
    bool is_sparse_attention = false;
    std::uint64_t program_bytes = 0;  // resident memory of this process before any model was loaded
};

/// At the fullest moment of a stage, everything included.
struct StageBytes {
    MemoryStage stage = MemoryStage::kText;
    Bytes host;
    std::uint64_t device = 0;  // 0 on a CPU
};

struct MemoryPlan {
    MemoryChoice choice;
    std::vector<StageBytes> stages;  // in running order
    Bytes host;                      // of the fullest stage: peak resident memory of the process
    std::uint64_t device = 0;
    std::string words;  // "one stage's parts at a time, picture decoded in 4 bands"
    std::string price;  // what it costs against the first plan; empty for that
};

/// Every way that makes a difference, in the order of what it costs in time: everything loaded, one stage at a time, in
/// two to 32 bands, blocks streamed, both. Empty only for a shape that the model cannot make.
std::vector<MemoryPlan> memory_plans(const ModelParts& parts, const PlanInputs& inputs);

struct MemoryFree {
    std::uint64_t host = 0;    // for this process in all, what it uses now included
    std::uint64_t device = 0;  // ignored on a CPU
    /// For plans that keep everything loaded also between jobs; a person who sets a limit means all of it.
    std::uint64_t host_when_idle = 0;
};
bool fits(const MemoryPlan& plan, const MemoryFree& free, bool is_cuda) noexcept;
/// Index of the first plan that fits, or plans.size().
std::size_t first_that_fits(const std::vector<MemoryPlan>& plans, const MemoryFree& free, bool is_cuda) noexcept;
/// Index of the first plan after `index` in which `stage` takes at least a quarter less, else of the one in which it
/// takes least, if that is less at all; or plans.size(). There is one second try: it must be worth it.
std::size_t next_smaller(const std::vector<MemoryPlan>& plans, std::size_t index, MemoryStage stage) noexcept;

}  // namespace studio::pipeline

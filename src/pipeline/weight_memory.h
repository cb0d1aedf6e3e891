// pipeline/weight_memory.h - what the weights of a part take once loaded, from names, types and shapes alone.
#pragma once
#include <cstdint>

#include "checkpoint/configs.h"

namespace studio::pipeline {

/// In bytes. `mapped` are pages of the model's own files: they count as memory in use while they are read, but the
/// system can drop them at any time without writing. `owned` it cannot.
struct Bytes {
    std::uint64_t owned = 0, mapped = 0;
    std::uint64_t all() const { return owned + mapped; }
    Bytes operator+(Bytes other) const { return {owned + other.owned, mapped + other.mapped}; }
};

struct PartBytes {
    Bytes all;            // everything loaded
    Bytes common;         // without the repeated blocks (layers)
    Bytes largest_block;  // of one block
    /// Streamed: what is common and two blocks.
    Bytes streamed() const { return common + largest_block + largest_block; }
};

/// `element_bytes` of the compute type. On a graphics card everything is owned, by the card.
PartBytes transformer_bytes(const checkpoint::Recognised& part, int element_bytes, bool is_cuda);
PartBytes text_encoder_bytes(const checkpoint::Recognised& part, int element_bytes, bool is_cuda);
PartBytes image_encoder_bytes(const checkpoint::Recognised& part, int element_bytes, bool is_cuda);
/// fp32 always, convolutions in the layouts that they run in.
Bytes vae_bytes(const checkpoint::Recognised& part, bool is_cuda);

}  // namespace studio::pipeline

// model/dit_time.h - timesteps of a DiT call: one embedding per distinct value, and which tokens use which.
#pragma once
#include "model/dit_weights.h"
#include "tensor/ops.h"

namespace studio {

struct TimeEmbedding {
    at::Tensor embedding;             // fp32 [rows, D], feeds the head
    at::Tensor projection;            // fp32 [rows, 6, D], feeds the blocks
    std::vector<ops::TokenRun> runs;  // over batch * tokens flattened token rows
};

/// timestep [B] or [B, tokens], any real type, 0...1000.   Throws Failure(InvalidArgument).
/// Cost  independent of the token count for [B]; per distinct timestep otherwise (TI2V-5B has two: 0 and t).
TimeEmbedding embed_time(const DitCommonWeights& weights, std::int64_t freq_dim, const at::Tensor& timestep,
                         std::int64_t batch, std::int64_t tokens);

}  // namespace studio

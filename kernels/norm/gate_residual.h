// kernels/norm/gate_residual.h - the end of a DiT branch: x += y * gate, and the statistics that the next norm needs.
#pragma once
#include <cstdint>

#include "kernels/common/status.h"
#include "kernels/common/stream.h"

namespace studio::kernels {

struct GateResidualArgs {
    void* x = nullptr;                                // [rows, dim], the residual stream, updated in place
    const void* y = nullptr;                          // [rows, dim], the branch
    const float* gate = nullptr;                      // [modulations, dim] or null: ones
    const std::int32_t* modulation_of_row = nullptr;  // [rows]; null: all take row 0
    float* statistics = nullptr;                      // [rows, 2] or null: mean and rstd of the new x (unrounded)
    std::int64_t rows = 0;
    std::int64_t dim = 0;
    float eps = 1e-6f;            // of the statistics
    DType x_type = DType::kF32;   // kF32 or kBF16
    DType y_type = DType::kBF16;  // kF32, kBF16 or kF16
    /// gate, product and sum are each rounded to x_type, as TurboDiffusion's bf16 stream does.
    bool rounds_every_step = false;
};

/// x += y * gate. With `statistics` the row mean and 1 / sqrt(variance + eps) of the new row, so that the norm after it
/// reads x once.
/// Limits    as layer_norm.      Errors, threads: as layer_norm.      Oracle: gate_residual_reference.cpp.
Status gate_residual(const GateResidualArgs& args, Stream stream) noexcept;

/// The oracle; does not change x. new_x [rows, dim], statistics [rows, 2] (may be null).
void gate_residual_reference(const GateResidualArgs& args, double* new_x, double* statistics);

}  // namespace studio::kernels

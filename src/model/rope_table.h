// model/rope_table.h - rotary position table over (frame, row, column) of the token grid.
#pragma once
#include "tensor/torch_compat.h"

namespace studio {

struct TokenGrid {
    std::int64_t frames = 0, rows = 0, columns = 0;
    std::int64_t tokens() const { return frames * rows * columns; }
    bool operator==(const TokenGrid&) const = default;
};

/// [tokens, head_dim / 2, 2] fp32 (cos, sin), built in fp64. Pairs of a head: first time, then row, then column, of
/// d - 4 (d / 6), 2 (d / 6), 2 (d / 6) real sizes; each axis uses its own size in the exponent.
/// Source   Wan 2.1, wan/modules/model.py, rope_params and rope_apply; spec: wan.md 2.3.
at::Tensor rope_table(const TokenGrid& grid, std::int64_t head_dim);

}  // namespace studio

#include "tensor/linear.h"

#include "tensor/ops.h"

namespace studio::ops {
namespace {

// Values of a piece of an expanded weight: small enough to stay in the last-level cache between its expansion and its
// use, and at least so many rows that packing the activations again for every piece costs little (a tenth of the
// product at 512 tokens). With few tokens the product is bound by memory, and the second-level cache pays.
constexpr std::int64_t kPieceValues = 2 << 20, kPieceRows = 512;
constexpr std::int64_t kSmallPieceValues = 1 << 17, kSmallPieceRows = 64;
constexpr std::int64_t kFewTokens = 16;

// [M, in] -> [M, out], without deltas.
at::Tensor linear_by_pieces(const at::Tensor& x, const Linear& layer) {
    const LinearWeight& w = layer.weight;
    at::Tensor out = at::empty({x.size(0), w.rows()}, x.options());
    const bool is_small = x.size(0) <= kFewTokens;
    const std::int64_t step = std::max(is_small ? kSmallPieceRows : kPieceRows,
                                       (is_small ? kSmallPieceValues : kPieceValues) / w.columns() / 64 * 64);
    for (std::int64_t begin = 0; begin < w.rows(); begin += step) {
        const std::int64_t end = std::min(w.rows(), begin + step);
        const at::Tensor piece = w.expand(begin, end).t();
        at::Tensor part = out.slice(1, begin, end);
        if (layer.bias.defined()) {
            at::addmm_out(part, layer.bias.slice(0, begin, end), x, piece);
        } else {
            at::mm_out(part, x, piece);
        }
    }
    return out;
}

}  // namespace

at::Tensor linear(const at::Tensor& x, const Linear& layer) {
    if (!layer.weight.is_quantised()) return linear(x, layer.weight.dense(), layer.bias);
    std::vector<std::int64_t> shape = x.sizes().vec();
    const at::Tensor rows = x.reshape({-1, layer.weight.columns()});
    const bool as_int8 = layer.quantize_input && layer.weight.has_int8_tiles();
    at::Tensor out = as_int8 ? linear_w8a8(rows, layer.weight.int8_tiles(), layer.bias) : linear_by_pieces(rows, layer);
    for (const WeightDelta& delta : layer.deltas) {
        out.add_(delta.up.defined() ? at::linear(at::linear(rows, delta.down), delta.up)
                                    : at::linear(rows, delta.down));
    }
    shape.back() = layer.weight.rows();
    return out.view(shape);
}

}  // namespace studio::ops

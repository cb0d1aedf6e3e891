#include "tensor/w8a8.h"

#include "core/check.h"
#include "tensor/cpu_w8a8.h"
#include "tensor/cuda_health.h"
#include "tensor/cuda_ops.h"
#include "tensor/op_choice.h"

namespace studio::ops {
namespace {

constexpr std::int64_t kRowsAtOnce = 2048;  // a multiple of the tile

std::int64_t tiles(std::int64_t size) {
    return (size + kInt8Tile - 1) / kInt8Tile;
}

// One factor per row (or column) from one per tile.
at::Tensor per_element(const at::Tensor& per_tile, std::int64_t size) {
    return per_tile.repeat_interleave(kInt8Tile).slice(0, 0, size);
}

Int8Tiles quantize_some(const at::Tensor& x) {
    const std::int64_t rows = x.size(0), columns = x.size(1), across = tiles(columns);
    at::Tensor padded = x.to(at::kFloat);
    const std::int64_t more_rows = tiles(rows) * kInt8Tile - rows, more_columns = across * kInt8Tile - columns;
    if (more_rows > 0 || more_columns > 0) padded = at::constant_pad_nd(padded, {0, more_columns, 0, more_rows});
    const at::Tensor by_tile = padded.view({-1, kInt8Tile, across, kInt8Tile});
    const at::Tensor largest = by_tile.abs().amax({1, 3}).clamp_min_(1e-8);
    const at::Tensor factor = at::full({}, 128.0F, largest.options()).div(largest);
    at::Tensor q = by_tile.mul(factor.view({-1, 1, across, 1})).round_().clamp_(-128, 127).to(at::kChar);
    q = q.view({-1, across * kInt8Tile}).slice(0, 0, rows).slice(1, 0, columns).contiguous();
    return {q, largest.div(128.0F)};
}

// Whole-number products of a block of 128 columns stay below 2^24, so that fp32 sums of them are exact in any order.
at::Tensor product_of_some(const at::Tensor& x, const at::Tensor& x_scale, const Int8Tiles& weight) {
    const std::int64_t rows = x.size(0), outputs = weight.values.size(0), columns = x.size(1);
    at::Tensor sum = at::zeros({rows, outputs}, weight.scale.options());
    for (std::int64_t block = 0; block < tiles(columns); ++block) {
        const std::int64_t begin = block * kInt8Tile, end = std::min(columns, begin + kInt8Tile);
        const at::Tensor exact =
            at::mm(x.slice(1, begin, end).to(at::kFloat), weight.values.slice(1, begin, end).to(at::kFloat).t());
        const at::Tensor factor = per_element(x_scale.select(1, block), rows).unsqueeze(1) *
                                  per_element(weight.scale.select(1, block), outputs).unsqueeze(0);
        sum.addcmul_(exact, factor);
    }
    return sum;
}

void check(const Int8Tiles& t, const char* what) {
    const bool fits = t.values.dim() == 2 && t.values.scalar_type() == at::kChar && t.scale.dim() == 2 &&
                      t.scale.scalar_type() == at::kFloat && t.scale.size(0) == tiles(t.values.size(0)) &&
                      t.scale.size(1) == tiles(t.values.size(1));
    STUDIO_CHECK(fits, what);
}

}  // namespace

OpChoice& w8a8_choice() {
    static OpChoice choice("linear_w8a8");
    return choice;
}

Int8Tiles quantize_tiles(const at::Tensor& x) {
    STUDIO_CHECK(x.dim() == 2 && x.numel() > 0, "only a matrix can be quantised in tiles");
    if (w8a8_choice().takes(cpu_w8a8_name(), cpu_w8a8_refusal(x))) return cpu_quantize_tiles(x.to(at::kFloat), false);
    if (x.size(0) <= kRowsAtOnce) return quantize_some(x);
    std::vector<at::Tensor> values, scales;
    for (std::int64_t row = 0; row < x.size(0); row += kRowsAtOnce) {
        Int8Tiles part = quantize_some(x.slice(0, row, std::min(x.size(0), row + kRowsAtOnce)));
        values.push_back(std::move(part.values));
        scales.push_back(std::move(part.scale));
    }
    return {at::cat(values), at::cat(scales)};
}

at::Tensor int8_tiles_product(const Int8Tiles& x, const Int8Tiles& weight) {
    check(x, "quantised activations do not have one scale per tile");
    check(weight, "quantised weights do not have one scale per tile");
    STUDIO_CHECK(x.values.size(1) == weight.values.size(1), "activations and weights differ in width");
    if (w8a8_choice().takes(cpu_w8a8_name(), cpu_w8a8_refusal(x.values))) return cpu_int8_product(x, weight);
    return product_of_some(x.values, x.scale, weight);
}

at::Tensor linear_w8a8(const at::Tensor& x, const Int8Tiles& weight, const at::Tensor& bias) {
    if (x.is_cuda()) {
        const CudaTable* table = cuda_table_for(x);
        if (w8a8_choice().takes("cuda", cuda_ready(CudaOp::kLinear, cuda_linear_refusal(table, x, weight)))) {
            return cuda_linear_w8a8(*table, x, weight, bias);
        }
    }
    const bool has_kernel = w8a8_choice().takes(cpu_w8a8_name(), cpu_w8a8_refusal(x));
    // fp32 keeps its sums in fp32, so that the bias can be added in the same pass.
    if (has_kernel && x.scalar_type() == at::kFloat) return cpu_product(cpu_pack_rows(x), weight, bias);
    const at::Tensor input = x.scalar_type() == at::kHalf ? x : x.to(at::kBFloat16);
    at::Tensor out = at::empty({x.size(0), weight.values.size(0)}, x.options());
    for (std::int64_t row = 0; row < x.size(0); row += kRowsAtOnce) {
        const std::int64_t end = std::min(x.size(0), row + kRowsAtOnce);
        out.slice(0, row, end).copy_(int8_tiles_product(quantize_tiles(input.slice(0, row, end)), weight));
    }
    if (bias.defined()) out.add_(bias.to(x.scalar_type()));
    return out;
}

}  // namespace studio::ops

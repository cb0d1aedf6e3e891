#include "tensor/linear_input.h"

#include <algorithm>

#include "core/check.h"
#include "tensor/cpu_rows.h"
#include "tensor/cuda_health.h"
#include "tensor/cuda_ops.h"
#include "tensor/op_choice.h"

namespace studio::ops {
namespace {

// Why these readers cannot all read packed rows that are made from x; null: they can.
const char* packed_refusal(const at::Tensor& x, at::ScalarType type, Readers readers) {
    if (const char* refusal = cpu_w8a8_refusal(x)) return refusal;
    if (type != at::kFloat) return "the compute type is not fp32";
    for (const Linear* layer : readers) {
        if (!layer->quantize_input || !layer->weight.has_int8_tiles()) return "a linear does not quantise its input";
        if (!layer->deltas.empty()) return "an adapter beside a weight reads the values";
    }
    return nullptr;
}

bool takes_packed(const at::Tensor& x, at::ScalarType type, Readers readers) {
    const char* refusal = packed_refusal(x, type, readers);
    // Dense layers have no such kernel: nothing to report about them.
    const bool is_w8a8 = std::any_of(readers.begin(), readers.end(),
                                     [](const Linear* l) { return l->quantize_input && l->weight.has_int8_tiles(); });
    return is_w8a8 && w8a8_choice().takes(cpu_w8a8_name(), refusal);
}

// The plugin's table when these readers read x, or a norm of x, as tiles on the device.
const CudaTable* takes_tiled(const at::Tensor& x, at::ScalarType type, Readers readers) {
    const bool is_w8a8 = std::any_of(readers.begin(), readers.end(),
                                     [](const Linear* l) { return l->quantize_input && l->weight.has_int8_tiles(); });
    if (!x.is_cuda() || !is_w8a8) return nullptr;
    const CudaTable* table = cuda_table_for(x);
    const char* refusal = cuda_rows_refusal(table, x, type, {readers.begin(), readers.size()});
    return w8a8_choice().takes("cuda", cuda_ready(CudaOp::kLinearInput, refusal)) ? table : nullptr;
}
LinearInput tiled(TiledRows rows) {
    return {{}, {}, std::move(rows)};
}
const CudaTable& table_of(const TiledRows& rows) {
    return *cuda_table_for(rows.tiles.values);
}
bool reads_tiles(const Linear& reader) {
    return reader.quantize_input && reader.weight.has_int8_tiles() && reader.deltas.empty() &&
           reader.weight.rows() % 8 == 0 && reader.weight.columns() % kInt8Tile == 0;
}

// I64 [rows]: the row of the modulation for each token; undefined where one serves all.
at::Tensor rows_of(std::span<const TokenRun> runs, std::int64_t rows) {
    if (runs.size() <= 1) return {};
    at::Tensor result = at::empty({rows}, at::kLong);
    auto* data = result.mutable_data_ptr<std::int64_t>();
    for (const TokenRun& run : runs)
        std::fill(data + run.begin, data + run.end, run.row);
    return result;
}

// Layer norm of stretches of rows that share weight and bias.
LinearInput packed_norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                        std::span<const TokenRun> runs, double eps) {
    const std::int64_t dim = x.size(1);
    const at::Tensor whole = x.contiguous();
    const float* from = whole.const_data_ptr<float>();
    const float* const weights = weight.const_data_ptr<float>();
    const float* const biases = bias.const_data_ptr<float>();
    return {{},
            cpu_pack_made_rows(
                x.size(0), dim,
                [&](std::int64_t first, std::int64_t count, float* to) {
                    for (const TokenRun& run : runs) {
                        const std::int64_t begin = std::max(first, run.begin), end = std::min(first + count, run.end);
                        if (begin >= end) continue;
                        cpu::layer_norm({from + begin * dim, weights + run.row * dim, biases + run.row * dim,
                                         to + (begin - first) * dim, end - begin, dim, static_cast<float>(eps)});
                    }
                }),
            {}};
}

}  // namespace

LinearInput LinearInput::slice(std::int64_t begin, std::int64_t end) const {
    STUDIO_CHECK(begin % kInt8Tile == 0, "rows of linears are cut at multiples of 128");
    if (packed) return {{}, packed->slice(begin, end), {}};
    if (tiled) return {{}, {}, tiled->slice(begin, end)};
    return {values.slice(0, begin, end), {}, {}};
}

std::vector<TokenRun> runs_within(std::span<const TokenRun> runs, std::int64_t begin, std::int64_t end) {
    std::vector<TokenRun> result;
    for (const TokenRun& run : runs) {
        const TokenRun part{std::max(run.begin, begin) - begin, std::min(run.end, end) - begin, run.row};
        if (part.begin < part.end) result.push_back(part);
    }
    return result;
}

LinearInput linear_input(const at::Tensor& x, Readers readers) {
    if (const CudaTable* table = takes_tiled(x, x.scalar_type(), readers)) return tiled(cuda_quantize_rows(*table, x));
    if (takes_packed(x, x.scalar_type(), readers)) return {{}, cpu_pack_rows(x), {}};
    return {x, {}, {}};
}

LinearInput layer_norm_modulate_input(const at::Tensor& x, const at::Tensor& shift, const at::Tensor& scale,
                                      std::span<const TokenRun> runs, double eps, at::ScalarType type,
                                      Readers readers) {
    if (const CudaTable* table = takes_tiled(x, type, readers))
        return tiled(cuda_norm_rows(*table, x, {{}, {}, shift, scale, runs, eps, type}));
    if (takes_packed(x, type, readers)) return packed_norm(x, scale + 1.0, shift.contiguous(), runs, eps);
    return {layer_norm_modulate(x, shift, scale, runs, eps, type), {}, {}};
}

LinearInput layer_norm_input(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double eps,
                             at::ScalarType type, Readers readers) {
    if (const CudaTable* table = takes_tiled(x, type, readers))
        return tiled(cuda_norm_rows(*table, x, {weight, bias, {}, {}, {}, eps, type}));
    if (weight.defined() && bias.defined() && takes_packed(x, type, readers)) {
        const TokenRun all{0, x.size(0), 0};
        return packed_norm(x, weight.contiguous(), bias.contiguous(), {&all, 1}, eps);
    }
    return {layer_norm(x, weight, bias, eps, type), {}, {}};
}

at::Tensor linear(const LinearInput& x, const Linear& layer) {
    if (x.packed) return cpu_product(*x.packed, layer.weight.int8_tiles(), layer.bias);
    if (x.tiled) return cuda_product(table_of(*x.tiled), *x.tiled, layer.weight.int8_tiles(), layer.bias);
    return linear(x.values, layer);
}

LinearInput linear_gelu(const LinearInput& x, const Linear& layer, const Linear& reader) {
    if (x.packed && packed_refusal(x.packed->bytes, at::kFloat, {&reader}) == nullptr)
        return {{}, cpu_product_gelu(*x.packed, layer.weight.int8_tiles(), layer.bias), {}};
    if (x.tiled && reads_tiles(reader))
        return tiled(cuda_product_gelu(table_of(*x.tiled), *x.tiled, layer.weight.int8_tiles(), layer.bias));
    at::Tensor hidden = linear(x, layer);
    gelu_tanh_(hidden);
    return linear_input(hidden, {&reader});
}

void linear_add_(at::Tensor& to, const LinearInput& x, const Linear& layer, const at::Tensor& gate,
                 std::span<const TokenRun> runs) {
    if (x.packed) {
        const std::int64_t first = runs.empty() ? 0 : runs[0].row;
        const at::Tensor gates = gate.defined() && runs.size() == 1 ? gate.slice(0, first, first + 1) : gate;
        cpu_product_add_(to, *x.packed, layer.weight.int8_tiles(), layer.bias, gates, rows_of(runs, x.rows()));
    } else if (x.tiled) {
        cuda_product_add_(table_of(*x.tiled), to, *x.tiled, layer.weight.int8_tiles(), layer.bias, gate, runs);
    } else if (gate.defined()) {
        gate_residual_(to, linear(x.values, layer), gate, runs);
    } else {
        to.add_(linear(x.values, layer));
    }
}

}  // namespace studio::ops

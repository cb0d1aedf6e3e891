#include "tensor/cuda_linear.h"

#include "tensor/cuda_args.h"
#include "tensor/cuda_kernels.h"
#include "tensor/cuda_ops.h"

namespace studio::ops {
namespace {

using namespace cuda;
using kernels::Epilogue;

bool lies_right(const Int8Tiles& weight, const at::Tensor& x) {
    return weight.values.size(0) % 8 == 0 && weight.values.device() == x.device() && weight.scale.is_contiguous() &&
           lies_at(weight.values, 16);
}
TiledRows empty_rows(std::int64_t rows, std::int64_t columns, at::ScalarType type, const at::Tensor& like) {
    return {{at::empty({rows, columns}, like.options().dtype(at::kChar)),
             at::empty({(rows + kInt8Tile - 1) / kInt8Tile, columns / kInt8Tile}, like.options().dtype(at::kFloat))},
            type};
}
// What the quantiser sees of values of this type: bf16, unless they are fp16.
at::ScalarType quantised_type(at::ScalarType type) {
    return type == at::kHalf ? at::kHalf : at::kBFloat16;
}
kernels::LinearW8A8Args product_args(const TiledRows& x, const Int8Tiles& weight, const at::Tensor& addend) {
    kernels::LinearW8A8Args args;
    args.a = x.tiles.values.const_data_ptr<std::int8_t>(), args.a_scale = floats(x.tiles.scale);
    args.w = weight.values.const_data_ptr<std::int8_t>(), args.w_scale = floats(weight.scale);
    args.bias = floats(addend), args.m = x.rows(), args.n = weight.values.size(0), args.k = x.tiles.values.size(1);
    args.out_type = args.result_type = kernel_type(x.type);
    return args;
}
at::Tensor rounded_bias(const at::Tensor& bias, at::ScalarType type) {
    return bias.defined() ? wide(bias.to(type)) : bias;
}

}  // namespace

TiledRows TiledRows::slice(std::int64_t begin, std::int64_t end) const {
    return {
        {tiles.values.slice(0, begin, end), tiles.scale.slice(0, begin / kInt8Tile, (end + kInt8Tile - 1) / kInt8Tile)},
        type};
}

const char* cuda_linear_refusal(const CudaTable* table, const at::Tensor& x, const Int8Tiles& weight) {
    if (table == nullptr) return kNoTable;
    if (!is_kernel_float(x.scalar_type())) return "our CUDA product takes fp32, bf16 and fp16";
    if (x.dim() != 2 || x.numel() == 0 || x.size(1) % kInt8Tile != 0) return "the depth is no multiple of 128";
    if (!lies_at(x, 16)) return "the rows are not contiguous and aligned";
    return lies_right(weight, x) ? nullptr
                                 : "the weight is not contiguous, aligned and on the device, or its width no multiple "
                                   "of 8";
}
at::Tensor cuda_linear_w8a8(const CudaTable& table, const at::Tensor& x, const Int8Tiles& weight,
                            const at::Tensor& bias) {
    return cuda_product(table, cuda_quantize_rows(table, x), weight, bias);
}

const char* cuda_rows_refusal(const CudaTable* table, const at::Tensor& x, at::ScalarType type,
                              std::span<const Linear* const> readers) {
    if (table == nullptr) return kNoTable;
    if (!is_kernel_float(type)) return "our CUDA product takes fp32, bf16 and fp16";
    if (x.dim() != 2 || x.size(1) > 16384) return "rows are over 16384 wide";
    for (const Linear* layer : readers) {
        if (!layer->quantize_input || !layer->weight.has_int8_tiles()) return "a linear does not quantise its input";
        if (!layer->deltas.empty()) return "an adapter beside a weight reads the values";
        if (const char* refusal = cuda_linear_refusal(table, x, layer->weight.int8_tiles())) return refusal;
    }
    return nullptr;
}

TiledRows cuda_quantize_rows(const CudaTable& table, const at::Tensor& x) {
    const at::Tensor input = x.to(quantised_type(x.scalar_type()));
    TiledRows out = empty_rows(x.size(0), x.size(1), x.scalar_type(), x);
    kernels::QuantizeArgs args;
    args.x = input.const_data_ptr(), args.q = out.tiles.values.mutable_data_ptr<std::int8_t>();
    args.scale = out.tiles.scale.mutable_data_ptr<float>(), args.rows = x.size(0);
    args.dim = args.x_stride = x.size(1), args.type = kernel_type(input.scalar_type());
    require_launched(table.quantize(args, table.current_stream()), "quantize");
    return out;
}

TiledRows cuda_norm_rows(const CudaTable& table, const at::Tensor& x, const NormRows& norm) {
    const Modulations m = modulations(norm.runs, x.size(0), x.device());
    const auto from_first = [&](const at::Tensor& t) { return t.defined() ? wide(t.slice(0, m.first_row)) : t; };
    const at::Tensor weight = wide(norm.weight), bias = wide(norm.bias);
    const at::Tensor shift = from_first(norm.shift), scale = from_first(norm.scale);
    TiledRows out = empty_rows(x.size(0), x.size(1), norm.type, x);
    const at::Tensor statistics = at::empty({x.size(0), 2}, x.options().dtype(at::kFloat));
    kernels::LayerNormQuantizeArgs args;
    args.norm.x = x.const_data_ptr(), args.norm.x_type = kernel_type(x.scalar_type());
    args.norm.weight = floats(weight), args.norm.bias = floats(bias);
    args.norm.shift = floats(shift), args.norm.scale = floats(scale), args.norm.modulation_of_row = m.data();
    args.norm.rows = x.size(0), args.norm.dim = x.size(1), args.norm.eps = static_cast<float>(norm.eps);
    args.norm.y_type = kernel_type(quantised_type(norm.type));
    args.q = out.tiles.values.mutable_data_ptr<std::int8_t>(), args.scale = out.tiles.scale.mutable_data_ptr<float>();
    args.statistics = statistics.mutable_data_ptr<float>();
    require_launched(table.layer_norm_quantize(args, table.current_stream()), "layer_norm_quantize");
    return out;
}

at::Tensor cuda_product(const CudaTable& table, const TiledRows& x, const Int8Tiles& weight, const at::Tensor& bias) {
    const at::Tensor addend = rounded_bias(bias, x.type);
    kernels::LinearW8A8Args args = product_args(x, weight, addend);
    at::Tensor out = at::empty({args.m, args.n}, weight.values.options().dtype(x.type));
    args.out = out.mutable_data_ptr();
    require_launched(table.linear_w8a8(args, table.current_stream()), "linear_w8a8");
    return out;
}

TiledRows cuda_product_gelu(const CudaTable& table, const TiledRows& x, const Int8Tiles& weight,
                            const at::Tensor& bias) {
    const at::Tensor addend = rounded_bias(bias, x.type);
    kernels::LinearW8A8Args args = product_args(x, weight, addend);
    const at::ScalarType between = quantised_type(x.type);
    at::Tensor hidden = at::empty({args.m, args.n}, weight.values.options().dtype(between));
    args.out = hidden.mutable_data_ptr(), args.out_type = kernel_type(between), args.epilogue = Epilogue::kGeluTanh;
    require_launched(table.linear_w8a8(args, table.current_stream()), "linear_w8a8");
    TiledRows out = cuda_quantize_rows(table, hidden);
    out.type = x.type;
    return out;
}

void cuda_product_add_(const CudaTable& table, at::Tensor& to, const TiledRows& x, const Int8Tiles& weight,
                       const at::Tensor& bias, const at::Tensor& gate, std::span<const TokenRun> runs) {
    const at::Tensor addend = rounded_bias(bias, x.type);
    const Modulations m = modulations(gate.defined() ? runs : std::span<const TokenRun>(), x.rows(), to.device());
    const at::Tensor gates = gate.defined() ? wide(gate.slice(0, m.first_row)) : gate;
    kernels::LinearW8A8Args args = product_args(x, weight, addend);
    args.out = to.mutable_data_ptr(), args.out_type = kernel_type(to.scalar_type());
    args.epilogue = Epilogue::kGatedResidual, args.gate = floats(gates), args.modulation_of_row = m.data();
    require_launched(table.linear_w8a8(args, table.current_stream()), "linear_w8a8");
}

}  // namespace studio::ops

#include "tensor/cuda_ops.h"

#include <fmt/format.h>

#include "core/error.h"
#include "tensor/cuda_kernels.h"

namespace studio::ops {
namespace {

using kernels::DType;

constexpr const char* kNoTable = "no CUDA plugin or no usable device";

void require(const kernels::Status& status, const char* operation) {
    if (status.ok()) return;
    throw Failure(Error{
        ErrorCode::kDeviceFailure,
        fmt::format("the CUDA kernel {} failed: {} (CUDA error {})", operation, status.reason, status.device_error),
        {},
        {},
        "Try again; if it stays, run with this operation's kernel switched off and report it.",
        {}});
}

bool is_kernel_float(at::ScalarType type) {
    return type == at::kFloat || type == at::kBFloat16 || type == at::kHalf;
}
DType kernel_type(at::ScalarType type) {
    return type == at::kFloat ? DType::kF32 : type == at::kHalf ? DType::kF16 : DType::kBF16;
}
bool is_aligned_rows(const at::Tensor& x) {
    return x.is_contiguous() && x.size(-1) % 8 == 0 && kernels::is_aligned(x.const_data_ptr(), 16);
}
at::Tensor wide(const at::Tensor& t) {
    return t.defined() ? t.to(at::kFloat).contiguous() : t;
}
const float* floats(const at::Tensor& t) {
    return t.defined() ? t.const_data_ptr<float>() : nullptr;
}

// Which modulation each token takes: none needed when all take the first row of a table that begins there.
struct Modulations {
    std::int64_t first_row = 0;
    at::Tensor of_token;  // I32 on the device, or undefined
    const std::int32_t* data() const { return of_token.defined() ? of_token.const_data_ptr<std::int32_t>() : nullptr; }
};
Modulations modulations(std::span<const TokenRun> runs, std::int64_t tokens, at::Device device) {
    if (runs.size() == 1) return {runs[0].row, {}};
    at::Tensor rows = at::zeros({tokens}, at::TensorOptions().dtype(at::kInt));
    for (const TokenRun& run : runs)
        rows.slice(0, run.begin, run.end).fill_(run.row);
    return {0, rows.to(device)};
}

kernels::HeadStrides strides_of(const at::Tensor& x) {  // [B, L, H, D]
    return {x.stride(0), x.stride(1), x.stride(2)};
}
bool has_head_rows(const at::Tensor& x) {
    return x.dim() == 4 && x.stride(3) == 1 && x.stride(0) % 16 == 0 && x.stride(1) % 16 == 0 &&
           x.stride(2) % 16 == 0 && kernels::is_aligned(x.const_data_ptr(), 16);
}
const char* heads_refusal(const CudaTable* table, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
    if (table == nullptr) return kNoTable;
    for (const at::Tensor* x : {&q, &k, &v}) {
        if (x->scalar_type() != at::kBFloat16) return "our CUDA attention takes bf16";
        if (x->dim() != 4 || x->size(3) != kernels::kHeadDim) return "our CUDA attention takes heads of 128 channels";
        if (!has_head_rows(*x)) return "the heads are not laid out in aligned rows";
    }
    if (q.size(0) * q.size(2) > 65535) return "more than 65535 heads";
    return nullptr;
}

at::Tensor bytes_for(std::int64_t count, const at::Tensor& like) {
    return at::empty({count}, like.options().dtype(at::kByte));
}

// int8 queries and keys and f16 values, as the Sage kernels take them.
struct SageOperands {
    at::Tensor q, q_scale, k, k_scale, v;
};
SageOperands sage_operands(const CudaTable& table, const AttentionInputs& in, bool smooth_k) {
    const std::int64_t batch = in.q.size(0), tokens = in.q.size(1), heads = in.q.size(2), rows = batch * heads;
    const auto floats_on = [&](std::int64_t n) { return at::empty({n}, in.q.options().dtype(at::kFloat)); };
    const auto blocks = [tokens](std::int64_t block) { return (tokens + block - 1) / block; };
    const at::TensorOptions int8 = in.q.options().dtype(at::kChar), half = in.q.options().dtype(at::kHalf);
    SageOperands out{at::empty({rows, tokens, kernels::kHeadDim}, int8), floats_on(rows * blocks(kernels::kQueryBlock)),
                     at::empty({rows, tokens, kernels::kHeadDim}, int8), floats_on(rows * blocks(kernels::kKeyBlock)),
                     at::empty({rows, tokens, kernels::kHeadDim}, half)};
    const kernels::Stream stream = table.current_stream();
    at::Tensor mean;
    if (smooth_k) {
        mean = floats_on(rows * kernels::kHeadDim);
        const at::Tensor work = floats_on(table.key_mean_workspace_floats(batch, heads, tokens));
        require(table.key_mean({in.k.const_data_ptr(), strides_of(in.k), batch, heads, tokens,
                                mean.mutable_data_ptr<float>(), work.mutable_data_ptr<float>()},
                               stream),
                "key_mean");
    }
    require(
        table.quantize_heads({in.q.const_data_ptr(), strides_of(in.q), nullptr, out.q.mutable_data_ptr<std::int8_t>(),
                              out.q_scale.mutable_data_ptr<float>(), batch, heads, tokens, kernels::kQueryBlock},
                             stream),
        "quantize_heads");
    require(table.quantize_heads(
                {in.k.const_data_ptr(), strides_of(in.k), floats(mean), out.k.mutable_data_ptr<std::int8_t>(),
                 out.k_scale.mutable_data_ptr<float>(), batch, heads, tokens, kernels::kKeyBlock},
                stream),
            "quantize_heads");
    require(table.heads_to_f16(
                {in.v.const_data_ptr(), strides_of(in.v), out.v.mutable_data_ptr(), batch, heads, tokens}, stream),
            "heads_to_f16");
    return out;
}

at::Tensor cuda_sage(const CudaTable& table, const AttentionInputs& in, const SelfAttention& how) {
    const SageOperands operands = sage_operands(table, in, how.smooth_k);
    at::Tensor out = at::empty_like(in.q, at::MemoryFormat::Contiguous);
    kernels::AttentionArgs args;
    args.q = operands.q.const_data_ptr(), args.k = operands.k.const_data_ptr(), args.v = operands.v.const_data_ptr();
    args.o = out.mutable_data_ptr(), args.o_at = strides_of(out), args.type = DType::kI8;
    args.batch = in.q.size(0), args.heads = in.q.size(2), args.q_tokens = args.k_tokens = in.q.size(1);
    const std::int64_t head = args.q_tokens * kernels::kHeadDim;
    args.q_at = args.k_at = args.v_at = {args.heads * head, kernels::kHeadDim, head};
    args.q_scale = floats(operands.q_scale), args.k_scale = floats(operands.k_scale);
    require(table.attention(args, table.current_stream()), "attention");
    return out;
}

}  // namespace

const CudaTable* cuda_table_for(const at::Tensor& x) {
    return x.is_cuda() ? cuda_kernels().table : nullptr;
}

const char* cuda_rms_norm_refusal(const CudaTable* table, const at::Tensor& x, const at::Tensor& weight,
                                  const at::Tensor& rotation) {
    if (table == nullptr) return kNoTable;
    if (!is_kernel_float(x.scalar_type())) return "our CUDA norm takes fp32, bf16 and fp16";
    if (x.numel() == 0 || !is_aligned_rows(x) || x.size(-1) > 16384) return "rows are not aligned or over 16384 wide";
    if (weight.defined() && weight.numel() != x.size(-1)) return "the weight is not as long as a row";
    if (rotation.defined() && (rotation.scalar_type() != at::kFloat || !rotation.is_contiguous() ||
                               rotation.size(1) % 4 != 0 || x.size(-1) % (2 * rotation.size(1)) != 0)) {
        return "the rotation table does not fit";
    }
    return nullptr;
}
at::Tensor cuda_rms_norm(const CudaTable& table, const at::Tensor& x, const at::Tensor& weight, double eps,
                         const at::Tensor& rotation) {
    const at::Tensor factors = wide(weight);
    at::Tensor y = at::empty_like(x);
    kernels::RmsNormArgs args;
    args.x = x.const_data_ptr(), args.y = y.mutable_data_ptr(), args.weight = floats(factors);
    args.dim = args.x_stride = args.y_stride = x.size(-1), args.rows = x.numel() / args.dim;
    args.eps = static_cast<float>(eps), args.type = kernel_type(x.scalar_type());
    args.rounds_before_weight = true;
    if (rotation.defined()) {
        args.rotation = floats(rotation), args.positions = rotation.size(0), args.head_dim = 2 * rotation.size(1);
    }
    require(table.rms_norm(args, table.current_stream()), "rms_norm");
    return rotation.defined() ? y.view({-1, args.positions, args.dim / args.head_dim, args.head_dim}) : y;
}

const char* cuda_layer_norm_refusal(const CudaTable* table, const at::Tensor& x, at::ScalarType out) {
    if (table == nullptr) return kNoTable;
    if (!is_kernel_float(x.scalar_type()) || !is_kernel_float(out)) return "our CUDA norm takes fp32, bf16 and fp16";
    if (x.dim() != 2 || x.numel() == 0 || !is_aligned_rows(x) || x.size(1) > 16384) {
        return "rows are not aligned or over 16384 wide";
    }
    return nullptr;
}
at::Tensor cuda_layer_norm_modulate(const CudaTable& table, const at::Tensor& x, const at::Tensor& shift,
                                    const at::Tensor& scale, std::span<const TokenRun> runs, double eps,
                                    at::ScalarType out) {
    const Modulations m = modulations(runs, x.size(0), x.device());
    const at::Tensor shifts = wide(shift.slice(0, m.first_row)), scales = wide(scale.slice(0, m.first_row));
    at::Tensor y = at::empty(x.sizes(), x.options().dtype(out));
    kernels::LayerNormArgs args;
    args.x = x.const_data_ptr(), args.y = y.mutable_data_ptr(), args.shift = floats(shifts),
    args.scale = floats(scales);
    args.modulation_of_row = m.data(), args.rows = x.size(0), args.dim = x.size(1);
    args.eps = static_cast<float>(eps), args.x_type = kernel_type(x.scalar_type()), args.y_type = kernel_type(out);
    require(table.layer_norm(args, table.current_stream()), "layer_norm");
    return y;
}

const char* cuda_gate_residual_refusal(const CudaTable* table, const at::Tensor& x, const at::Tensor& y) {
    if (table == nullptr) return kNoTable;
    if (x.scalar_type() != at::kFloat || !is_kernel_float(y.scalar_type())) {
        return "our CUDA residual is fp32 with a branch of fp32, bf16 or fp16";
    }
    const bool fits = x.dim() == 2 && x.sizes() == y.sizes() && x.numel() > 0 && is_aligned_rows(x) &&
                      is_aligned_rows(y) && x.size(1) <= 16384;
    return fits ? nullptr : "rows are not aligned or over 16384 wide";
}
void cuda_gate_residual_(const CudaTable& table, at::Tensor& x, const at::Tensor& y, const at::Tensor& gate,
                         std::span<const TokenRun> runs) {
    const Modulations m = modulations(runs, x.size(0), x.device());
    const at::Tensor gates = wide(gate.slice(0, m.first_row));
    kernels::GateResidualArgs args;
    args.x = x.mutable_data_ptr(), args.y = y.const_data_ptr(), args.gate = floats(gates);
    args.modulation_of_row = m.data(), args.rows = x.size(0), args.dim = x.size(1);
    args.y_type = kernel_type(y.scalar_type());
    require(table.gate_residual(args, table.current_stream()), "gate_residual");
}

const char* cuda_gelu_refusal(const CudaTable* table, const at::Tensor& x) {
    if (table == nullptr) return kNoTable;
    if (!is_kernel_float(x.scalar_type())) return "our CUDA GELU takes fp32, bf16 and fp16";
    const bool fits = x.numel() > 0 && x.is_contiguous() && kernels::is_aligned(x.const_data_ptr(), 16);
    return fits ? nullptr : "the values are not contiguous and aligned";
}
void cuda_gelu_tanh_(const CudaTable& table, at::Tensor& x) {
    void* data = x.mutable_data_ptr();
    require(table.gelu_tanh({data, data, x.numel(), kernel_type(x.scalar_type())}, table.current_stream()),
            "gelu_tanh");
}

const char* cuda_attention_refusal(const CudaTable* table, const at::Tensor& q, const at::Tensor& k,
                                   const at::Tensor& v, const at::Tensor& bias) {
    if (bias.defined()) return "our CUDA attention adds no bias";
    return heads_refusal(table, q, k, v);
}
at::Tensor cuda_attention(const CudaTable& table, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                          double scale) {
    at::Tensor out = at::empty(q.sizes(), q.options());
    kernels::AttentionArgs args;
    args.q = q.const_data_ptr(), args.k = k.const_data_ptr(), args.v = v.const_data_ptr(),
    args.o = out.mutable_data_ptr();
    args.q_at = strides_of(q), args.k_at = strides_of(k), args.v_at = strides_of(v), args.o_at = strides_of(out);
    args.batch = q.size(0), args.heads = q.size(2), args.q_tokens = q.size(1), args.k_tokens = k.size(1);
    args.scale = static_cast<float>(scale);
    require(table.attention(args, table.current_stream()), "attention");
    return out;
}

const char* cuda_self_attention_refusal(const CudaTable* table, const AttentionInputs& in, const SelfAttention& how,
                                        bool wants_trace) {
    if (const char* refusal = heads_refusal(table, in.q, in.k, in.v)) return refusal;
    if (wants_trace) return "the kernel keeps no intermediates";
    if (how.query_block != kernels::kQueryBlock || how.key_block != kernels::kKeyBlock) {
        return "the kernel's blocks are 128 queries and 64 keys";
    }
    if (how.kind != AttentionKind::kSla && how.pv == SagePv::kFp8) return "the kernel's values are fp16, not fp8";
    if (how.kind == AttentionKind::kSageSla && !how.smooth_k) return "the kernel always smooths the keys";
    return nullptr;
}
at::Tensor cuda_self_attention(const CudaTable& table, const AttentionInputs& in, const SelfAttention& how) {
    if (how.kind == AttentionKind::kSage) return cuda_sage(table, in, how);
    at::Tensor out = at::empty_like(in.q, at::MemoryFormat::Contiguous);
    const at::Tensor weight = wide(in.proj_weight), bias = wide(in.proj_bias);
    kernels::SlaArgs args;
    args.q = in.q.const_data_ptr(), args.k = in.k.const_data_ptr(), args.v = in.v.const_data_ptr();
    args.o = out.mutable_data_ptr(), args.o_at = strides_of(out);
    args.q_at = strides_of(in.q), args.k_at = strides_of(in.k), args.v_at = strides_of(in.v);
    args.batch = in.q.size(0), args.heads = in.q.size(2), args.tokens = in.q.size(1), args.topk = how.topk;
    args.proj = floats(weight), args.bias = floats(bias), args.is_int8 = how.kind == AttentionKind::kSageSla;
    const at::Tensor work = bytes_for(table.sla_workspace_bytes(args) + 256, in.q);
    const auto at = reinterpret_cast<std::uintptr_t>(work.mutable_data_ptr());
    args.workspace = reinterpret_cast<void*>((at + 255) / 256 * 256);
    require(table.sla_attention(args, table.current_stream()), "sla_attention");
    return out;
}

const char* cuda_linear_refusal(const CudaTable* table, const at::Tensor& x, const Int8Tiles& weight) {
    if (table == nullptr) return kNoTable;
    if (!is_kernel_float(x.scalar_type())) return "our CUDA product takes fp32, bf16 and fp16";
    if (x.dim() != 2 || x.numel() == 0 || !x.is_contiguous() || x.size(1) % 128 != 0 ||
        weight.values.size(0) % 8 != 0) {
        return "the depth is no multiple of 128, or the width no multiple of 8";
    }
    const bool lies_right =
        weight.values.is_contiguous() && weight.scale.is_contiguous() && weight.values.device() == x.device() &&
        kernels::is_aligned(weight.values.const_data_ptr(), 16) && kernels::is_aligned(x.const_data_ptr(), 16);
    return lies_right ? nullptr : "the weight is not contiguous, aligned and on the device";
}
at::Tensor cuda_linear_w8a8(const CudaTable& table, const at::Tensor& x, const Int8Tiles& weight,
                            const at::Tensor& bias) {
    const at::Tensor input = x.scalar_type() == at::kHalf ? x : x.to(at::kBFloat16);
    const std::int64_t m = x.size(0), k = x.size(1), n = weight.values.size(0);
    const at::Tensor q = at::empty({m, k}, x.options().dtype(at::kChar));
    const at::Tensor scale = at::empty({(m + 127) / 128, k / 128}, x.options().dtype(at::kFloat));
    const kernels::Stream stream = table.current_stream();
    require(table.quantize({input.const_data_ptr(), q.mutable_data_ptr<std::int8_t>(), scale.mutable_data_ptr<float>(),
                            m, k, k, kernel_type(input.scalar_type())},
                           stream),
            "quantize");
    const at::Tensor addend = bias.defined() ? wide(bias.to(x.scalar_type())) : bias;
    at::Tensor out = at::empty({m, n}, x.options());
    kernels::LinearW8A8Args args;
    args.a = q.const_data_ptr<std::int8_t>(), args.a_scale = floats(scale);
    args.w = weight.values.const_data_ptr<std::int8_t>(), args.w_scale = floats(weight.scale);
    args.bias = floats(addend), args.out = out.mutable_data_ptr(), args.m = m, args.n = n, args.k = k;
    args.out_type = args.result_type = kernel_type(x.scalar_type());
    require(table.linear_w8a8(args, stream), "linear_w8a8");
    return out;
}

}  // namespace studio::ops

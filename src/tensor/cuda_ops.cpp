#include "tensor/cuda_ops.h"

#include <fmt/format.h>

#include "core/error.h"
#include "tensor/cuda_args.h"
#include "tensor/cuda_kernels.h"

namespace studio::ops {
namespace {

using namespace cuda;
using kernels::DType;

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

// What the kernels' norms read; the tensors keep it alive.
struct NormTensors {
    at::Tensor q_weight, k_weight, rotation;
    kernels::HeadNorms norms;
};
NormTensors norms_of(const PendingNorm& pending) {
    NormTensors t{wide(pending.q_weight), wide(pending.k_weight), wide(pending.rotation), {}};
    t.norms = {floats(t.q_weight), floats(t.k_weight), floats(t.rotation), static_cast<float>(pending.eps), true};
    return t;
}
// `bytes` on a multiple of 256.
struct Workspace {
    at::Tensor memory;
    void* start = nullptr;
    Workspace(std::int64_t bytes, const at::Tensor& like)
        : memory(at::empty({bytes + 256}, like.options().dtype(at::kByte))),
          start(reinterpret_cast<void*>((reinterpret_cast<std::uintptr_t>(memory.mutable_data_ptr()) + 255) / 256 *
                                        256)) {}
};
template <class Args>
void fill_heads(Args& args, const AttentionInputs& in, const at::Tensor& out) {
    args.q = in.q.const_data_ptr(), args.k = in.k.const_data_ptr(), args.v = in.v.const_data_ptr();
    args.o = out.mutable_data_ptr(), args.o_at = strides_of(out);
    args.q_at = strides_of(in.q), args.k_at = strides_of(in.k), args.v_at = strides_of(in.v);
    args.batch = in.q.size(0), args.heads = in.q.size(2), args.tokens = in.q.size(1);
}

at::Tensor cuda_sage(const CudaTable& table, const AttentionInputs& in, const SelfAttention& how) {
    at::Tensor out = at::empty_like(in.q, at::MemoryFormat::Contiguous);
    const NormTensors pending = norms_of(in.norm);
    kernels::SageArgs args;
    fill_heads(args, in, out);
    args.norms = pending.norms, args.smooth_k = how.smooth_k;
    args.values = how.pv == SagePv::kAuto   ? kernels::SageValues::kByDevice
                  : how.pv == SagePv::kFp16 ? kernels::SageValues::kF16
                                            : kernels::SageValues::kFp8;
    const Workspace work(table.sage_workspace_bytes(args), in.q);
    args.workspace = work.start;
    require_launched(table.sage_attention(args, table.current_stream()), "sage_attention");
    return out;
}

}  // namespace

void require_launched(const kernels::Status& status, const char* operation) {
    if (status.ok()) return;
    throw Failure(Error{
        ErrorCode::kDeviceFailure,
        fmt::format("the CUDA kernel {} failed: {} (CUDA error {})", operation, status.reason, status.device_error),
        {},
        {},
        "Try again; if it stays, run with this operation's kernel switched off and report it.",
        {}});
}

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
    require_launched(table.rms_norm(args, table.current_stream()), "rms_norm");
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
    require_launched(table.layer_norm(args, table.current_stream()), "layer_norm");
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
    require_launched(table.gate_residual(args, table.current_stream()), "gate_residual");
}

const char* cuda_gelu_refusal(const CudaTable* table, const at::Tensor& x) {
    if (table == nullptr) return kNoTable;
    if (!is_kernel_float(x.scalar_type())) return "our CUDA GELU takes fp32, bf16 and fp16";
    const bool fits = x.numel() > 0 && x.is_contiguous() && kernels::is_aligned(x.const_data_ptr(), 16);
    return fits ? nullptr : "the values are not contiguous and aligned";
}
void cuda_gelu_tanh_(const CudaTable& table, at::Tensor& x) {
    void* data = x.mutable_data_ptr();
    require_launched(table.gelu_tanh({data, data, x.numel(), kernel_type(x.scalar_type())}, table.current_stream()),
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
    require_launched(table.attention(args, table.current_stream()), "attention");
    return out;
}

const char* cuda_self_attention_refusal(const CudaTable* table, const AttentionInputs& in, const SelfAttention& how,
                                        bool wants_trace) {
    if (const char* refusal = heads_refusal(table, in.q, in.k, in.v)) return refusal;
    if (wants_trace) return "the kernel keeps no intermediates";
    if (how.query_block != kernels::kQueryBlock || how.key_block != kernels::kKeyBlock) {
        return "the kernel's blocks are 128 queries and 64 keys";
    }
    if (in.norm.q_weight.defined() && (in.q.stride(2) != kernels::kHeadDim || in.k.stride(2) != kernels::kHeadDim)) {
        return "the heads of a token do not lie side by side";
    }
    const bool has_fp8 = kernels::fp8_path(table->device_caps().capability) != kernels::Fp8Path::kNone;
    if (how.kind != AttentionKind::kSla && how.pv == SagePv::kFp8 && !has_fp8) {
        return "this device has no native fp8 products (sm_89, sm_90 and sm_120 have)";
    }
    if (how.kind == AttentionKind::kSageSla && how.pv == SagePv::kFp16 && has_fp8) {
        return "the kernel of this device takes fp8 values, and fp16 was asked for";
    }
    if (how.kind == AttentionKind::kSageSla && !how.smooth_k) return "the kernel always smooths the keys";
    return nullptr;
}
at::Tensor cuda_self_attention(const CudaTable& table, const AttentionInputs& in, const SelfAttention& how) {
    if (how.kind == AttentionKind::kSage) return cuda_sage(table, in, how);
    at::Tensor out = at::empty_like(in.q, at::MemoryFormat::Contiguous);
    const at::Tensor weight = wide(in.proj_weight), bias = wide(in.proj_bias);
    const NormTensors pending = norms_of(in.norm);
    kernels::SlaArgs args;
    fill_heads(args, in, out);
    args.norms = pending.norms, args.topk = how.topk;
    args.proj = floats(weight), args.bias = floats(bias), args.is_int8 = how.kind == AttentionKind::kSageSla;
    const Workspace work(table.sla_workspace_bytes(args), in.q);
    args.workspace = work.start;
    require_launched(table.sla_attention(args, table.current_stream()), "sla_attention");
    return out;
}

}  // namespace studio::ops

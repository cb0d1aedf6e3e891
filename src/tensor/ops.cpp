#include "tensor/ops.h"

#include "tensor/cpu_attention.h"
#include "tensor/cpu_rows.h"
#include "tensor/cuda_health.h"
#include "tensor/cuda_ops.h"
#include "tensor/op_choice.h"

namespace studio::ops {
namespace {

OpChoice attention_choice("attention");
// On CUDA these have kernels of ours; dense attention in bf16 stays with LibTorch, whose cuDNN kernels are faster.
OpChoice rms_norm_choice("rms_norm");
OpChoice layer_norm_choice("layer_norm_modulate");
OpChoice gate_choice("gate_residual");
OpChoice gelu_choice("gelu");

}  // namespace

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
    return bias.defined() ? at::linear(x, weight, bias) : at::linear(x, weight);
}

namespace {

bool has_row_kernel(const at::Tensor& x) {
    return x.is_cpu() && x.scalar_type() == at::kFloat && x.is_contiguous();
}

// table may be undefined: no rotation. to may be x.
void rms_rope_rows(const at::Tensor& x, at::Tensor& to, const at::Tensor& weight, double eps, const at::Tensor& table) {
    const std::int64_t dim = x.size(-1);
    cpu::RmsRopeArgs args;
    args.weight = weight.const_data_ptr<float>();
    args.table = table.defined() ? table.const_data_ptr<float>() : nullptr;
    args.head_dim = table.defined() ? 2 * table.size(1) : dim;
    args.positions = table.defined() ? table.size(0) : 1;
    args.dim = dim;
    args.eps = static_cast<float>(eps);
    const float* from = x.const_data_ptr<float>();
    float* data = to.mutable_data_ptr<float>();
    at::parallel_for(0, x.numel() / dim, std::max<std::int64_t>(1, 16384 / dim),
                     [&args, from, data, dim](std::int64_t begin, std::int64_t end) {
                         cpu::RmsRopeArgs part = args;
                         part.x = from + begin * dim;
                         part.out = data + begin * dim;
                         part.rows = end - begin;
                         part.first_row = begin;
                         cpu::rms_rope(part);
                     });
}

}  // namespace

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps) {
    if (has_row_kernel(x) && weight.scalar_type() == at::kFloat && x.numel() > 0) {
        at::Tensor y = at::empty_like(x);
        rms_rope_rows(x, y, weight.contiguous(), eps, {});
        return y;
    }
    if (x.is_cuda()) {
        const CudaTable* table = cuda_table_for(x);
        if (rms_norm_choice.takes("cuda", cuda_ready(CudaOp::kRmsNorm, cuda_rms_norm_refusal(table, x, weight)))) {
            return cuda_rms_norm(*table, x, weight, eps);
        }
    }
    const at::Tensor wide = x.to(at::kFloat);
    const at::Tensor norm = at::linalg_vector_norm(wide, 2, at::IntArrayRef{-1}, true);
    const at::Tensor factor = norm.square().div_(static_cast<double>(x.size(-1))).add_(eps).rsqrt_();
    return at::mul(wide, factor).to(x.scalar_type()) * weight;
}

at::Tensor rms_norm_rope(const at::Tensor& x, const at::Tensor& weight, double eps, const at::Tensor& table) {
    const std::int64_t tokens = table.size(0), head_dim = 2 * table.size(1);
    if (x.is_cpu()) {
        at::Tensor wide = x.to(at::kFloat).contiguous();
        rms_rope_rows(wide, wide, weight, eps, table);
        return wide.view({-1, tokens, x.size(-1) / head_dim, head_dim}).to(x.scalar_type());
    }
    if (x.is_cuda()) {
        const CudaTable* cuda = cuda_table_for(x);
        if (rms_norm_choice.takes("cuda",
                                  cuda_ready(CudaOp::kRmsNorm, cuda_rms_norm_refusal(cuda, x, weight, table)))) {
            return cuda_rms_norm(*cuda, x, weight, eps, table);
        }
    }
    const at::Tensor normed =
        rms_norm(x, weight, eps).to(at::kFloat).view({-1, tokens, x.size(-1) / head_dim, head_dim});
    const at::Tensor turned =
        at::view_as_complex(normed.unflatten(-1, {-1, 2})) * at::view_as_complex(table).unsqueeze(1);
    return at::view_as_real(turned).flatten(-2).to(x.scalar_type());
}

namespace {

bool has_layer_norm_kernel(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
    const auto fits = [](const at::Tensor& t) { return !t.defined() || has_row_kernel(t); };
    return has_row_kernel(x) && x.numel() > 0 && fits(weight) && fits(bias);
}

// Rows [begin, end) of x [tokens, D] into y.
void layer_norm_rows(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double eps, at::Tensor& y,
                     std::int64_t begin, std::int64_t end) {
    const std::int64_t dim = x.size(-1);
    const float* from = x.const_data_ptr<float>();
    const float* w = weight.defined() ? weight.const_data_ptr<float>() : nullptr;
    const float* b = bias.defined() ? bias.const_data_ptr<float>() : nullptr;
    float* to = y.mutable_data_ptr<float>();
    at::parallel_for(begin, end, std::max<std::int64_t>(1, 16384 / dim), [=](std::int64_t first, std::int64_t last) {
        cpu::layer_norm({from + first * dim, w, b, to + first * dim, last - first, dim, static_cast<float>(eps)});
    });
}

}  // namespace

at::Tensor layer_norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double eps,
                      at::ScalarType out) {
    if (has_layer_norm_kernel(x, weight, bias)) {
        at::Tensor y = at::empty_like(x);
        layer_norm_rows(x, weight, bias, eps, y, 0, x.numel() / x.size(-1));
        return y.to(out);
    }
    const auto as_optional = [](const at::Tensor& t) {
        return t.defined() ? std::optional<at::Tensor>(t) : std::nullopt;
    };
    return at::layer_norm(x, {x.size(-1)}, as_optional(weight), as_optional(bias), eps).to(out);
}

at::Tensor layer_norm_modulate(const at::Tensor& x, const at::Tensor& shift, const at::Tensor& scale,
                               std::span<const TokenRun> runs, double eps, at::ScalarType out) {
    if (x.is_cuda()) {
        const CudaTable* table = cuda_table_for(x);
        if (layer_norm_choice.takes("cuda", cuda_ready(CudaOp::kLayerNorm, cuda_layer_norm_refusal(table, x, out)))) {
            return cuda_layer_norm_modulate(*table, x, shift, scale, runs, eps, out);
        }
    }
    // A modulated layer norm is an affine one whose weight is 1 + scale: one pass per run.
    const at::Tensor weight = scale + 1.0;
    if (runs.size() == 1) return layer_norm(x, weight[runs[0].row], shift[runs[0].row], eps, out);
    const bool has_kernel = has_layer_norm_kernel(x, weight, shift);
    at::Tensor y = at::empty(x.sizes(), x.options().dtype(has_kernel ? at::kFloat : out));
    for (const TokenRun& run : runs) {
        if (has_kernel) {
            layer_norm_rows(x, weight[run.row], shift[run.row], eps, y, run.begin, run.end);
            continue;
        }
        y.slice(0, run.begin, run.end)
            .copy_(layer_norm(x.slice(0, run.begin, run.end), weight[run.row], shift[run.row], eps, at::kFloat));
    }
    return y.to(out);
}

void gate_residual_(at::Tensor& x, const at::Tensor& y, const at::Tensor& gate, std::span<const TokenRun> runs) {
    if (x.is_cuda()) {
        const CudaTable* table = cuda_table_for(x);
        if (gate_choice.takes("cuda", cuda_ready(CudaOp::kGateResidual, cuda_gate_residual_refusal(table, x, y)))) {
            return cuda_gate_residual_(*table, x, y, gate, runs);
        }
    }
    for (const TokenRun& run : runs) {
        x.slice(0, run.begin, run.end).addcmul_(y.slice(0, run.begin, run.end).to(at::kFloat), gate[run.row]);
    }
}

at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& bias,
                     std::optional<double> scale) {
    if (attention_choice.takes(cpu_kernel_name(), cpu_attention_refusal(q, k, v, bias))) {
        const double factor = scale.value_or(1.0 / std::sqrt(static_cast<double>(q.size(3))));
        return cpu_attention(q, k, v, factor).flatten(2);
    }
    std::optional<at::Tensor> mask;
    if (bias.defined()) {
        mask = bias.expand({q.size(0), q.size(2), q.size(1), k.size(1)});
        if (!q.is_cpu()) mask = mask->to(q.scalar_type());
    }
    const at::Tensor out = at::scaled_dot_product_attention(q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2),
                                                            mask, 0.0, false, scale);
    return out.transpose(1, 2).reshape({q.size(0), q.size(1), q.size(2) * v.size(3)});
}

void gelu_tanh_(at::Tensor& x) {
    if (x.is_cuda()) {
        const CudaTable* table = cuda_table_for(x);
        if (gelu_choice.takes("cuda", cuda_ready(CudaOp::kGelu, cuda_gelu_refusal(table, x)))) {
            return cuda_gelu_tanh_(*table, x);
        }
    }
    if (!has_row_kernel(x)) {
        at::gelu_(x, "tanh");
        return;
    }
    float* data = x.mutable_data_ptr<float>();
    at::parallel_for(0, x.numel(), 32768,
                     [data](std::int64_t begin, std::int64_t end) { cpu::gelu_tanh(data + begin, end - begin); });
}

}  // namespace studio::ops

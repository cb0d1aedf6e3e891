#include "tensor/ops.h"

namespace studio::ops {

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
    return bias.defined() ? at::linear(x, weight, bias) : at::linear(x, weight);
}

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps) {
    const at::Tensor wide = x.to(at::kFloat);
    const at::Tensor norm = at::linalg_vector_norm(wide, 2, at::IntArrayRef{-1}, true);
    const at::Tensor factor = norm.square().div_(static_cast<double>(x.size(-1))).add_(eps).rsqrt_();
    at::Tensor y = at::mul(wide, factor);
    if (x.scalar_type() == at::kFloat) return y.mul_(weight);
    return y.to(x.scalar_type()).mul_(weight);
}

at::Tensor layer_norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double eps,
                      at::ScalarType out) {
    const auto as_optional = [](const at::Tensor& t) {
        return t.defined() ? std::optional<at::Tensor>(t) : std::nullopt;
    };
    return at::layer_norm(x, {x.size(-1)}, as_optional(weight), as_optional(bias), eps).to(out);
}

at::Tensor layer_norm_modulate(const at::Tensor& x, const at::Tensor& shift, const at::Tensor& scale,
                               std::span<const TokenRun> runs, double eps, at::ScalarType out) {
    // A modulated layer norm is an affine one whose weight is 1 + scale: one pass of ATen's kernel per run.
    const at::Tensor weight = scale + 1.0;
    if (runs.size() == 1) return layer_norm(x, weight[runs[0].row], shift[runs[0].row], eps, out);
    at::Tensor y = at::empty(x.sizes(), x.options().dtype(out));
    for (const TokenRun& run : runs) {
        y.slice(0, run.begin, run.end)
            .copy_(layer_norm(x.slice(0, run.begin, run.end), weight[run.row], shift[run.row], eps, at::kFloat));
    }
    return y;
}

void gate_residual_(at::Tensor& x, const at::Tensor& y, const at::Tensor& gate, std::span<const TokenRun> runs) {
    for (const TokenRun& run : runs) {
        x.slice(0, run.begin, run.end).addcmul_(y.slice(0, run.begin, run.end).to(at::kFloat), gate[run.row]);
    }
}

at::Tensor rope(const at::Tensor& x, const at::Tensor& table) {
    const at::Tensor wide = x.to(at::kFloat).contiguous();
    at::Tensor pairs = at::view_as_complex(wide.unflatten(-1, {-1, 2}));
    pairs.mul_(at::view_as_complex(table).unsqueeze(1));
    return wide.to(x.scalar_type());
}

at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& bias,
                     std::optional<double> scale) {
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
    at::gelu_(x, "tanh");
}

}  // namespace studio::ops

#include <bit>

#include "component/call.h"
#include "component/components.h"
#include "core/result.h"

namespace studio::component {
namespace {

/// LayerNorm. TurboDiffusion's kernel works on the next power of two and counts the padding lanes' (0 - mean)^2 into
/// the variance, so that a row gets var + (N2 - N) / N mean^2. Source: turbodiffusion.md 3.5.
at::Tensor layer_norm(const at::Tensor& x, double eps, bool with_padding_lanes) {
    const auto n = static_cast<double>(x.size(1));
    const auto lanes = static_cast<double>(std::bit_ceil(static_cast<std::uint64_t>(x.size(1))));
    const at::Tensor mean = x.mean(1, true);
    const at::Tensor centred = x.sub(mean);
    at::Tensor variance = centred.square().mean(1, true);
    if (with_padding_lanes) variance = variance.add(mean.square(), (lanes - n) / n);
    return centred.mul(variance.add(eps).rsqrt());
}

at::Tensor rms_norm(const at::Tensor& x, double eps) {
    return x.mul(x.square().mean(1, true).add(eps).rsqrt());
}

}  // namespace

void run_norm(Call& call) {
    const auto kind = call.options.choice("kind", std::nullopt, {"layernorm", "layernorm_fast", "rmsnorm"});
    const double eps = call.options.number("eps", 1e-6, 0, 1);
    const bool affine = call.options.boolean("affine", true);
    call.need_inputs();
    call.begin();
    const auto& compute = call.compute();
    const at::Tensor x =
        call.inputs().f32("x", {kAny, kAny}, "(rows, channels)").to(compute.device, compute.dtype()).to(at::kFloat);
    at::Tensor y = kind == "rmsnorm" ? rms_norm(x, eps) : layer_norm(x, eps, kind == "layernorm_fast");
    if (affine) {
        y = y.mul(call.inputs().f32("weight", {x.size(1)}, "(channels)").to(compute.device));
        if (kind != "rmsnorm") y = y.add(call.inputs().f32("bias", {x.size(1)}, "(channels)").to(compute.device));
    }
    call.output("y", y.to(compute.dtype()));
}

}  // namespace studio::component

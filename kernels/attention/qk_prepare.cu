// Queues the steps of prepare_qk() one after the other.
#include "kernels/attention/sage_prepare.h"

#include "kernels/common/launch.cuh"

namespace studio::kernels {
namespace {

HeadNorm norm_of(const PrepareQkArgs& a, const float* factor, const float* weight) noexcept {
    return {weight ? factor : nullptr, weight, a.norms.rotation, a.norms.rounds_before_weight};
}
bool makes(const void* out, const void* pooled, const void* q8) noexcept {
    return out || pooled || q8;
}
Status factors(const PrepareQkArgs& a, Stream stream) noexcept {
    if (!a.norms.q_weight && !a.norms.k_weight) return {};
    if (!a.norms.q_weight || !a.norms.k_weight || !a.q_factor || !a.k_factor) {
        return refuse(StatusCode::kInvalidArgument, "norms come with both weights and room for both factors");
    }
    const Status s = head_factors({a.q, a.q_at, a.q_factor, a.batch, a.heads, a.tokens, a.norms.eps}, stream);
    return s ? head_factors({a.k, a.k_at, a.k_factor, a.batch, a.heads, a.tokens, a.norms.eps}, stream) : s;
}
}  // namespace

Status prepare_qk(const PrepareQkArgs& a, Stream stream) noexcept {
    Status s = factors(a, stream);
    const HeadNorm k_norm = norm_of(a, a.k_factor, a.norms.k_weight);
    if (s && a.mean) s = key_mean({a.k, a.k_at, a.batch, a.heads, a.tokens, a.mean, a.mean_work, k_norm}, stream);
    PrepareHeadsArgs p;
    p.batch = a.batch, p.heads = a.heads, p.tokens = a.tokens, p.layout = a.layout, p.y_at = a.out_at;
    if (s && makes(a.q_out, a.q_pooled, a.q8)) {
        p.x = a.q, p.at = a.q_at, p.norm = norm_of(a, a.q_factor, a.norms.q_weight), p.block = kQueryBlock;
        p.y = a.q_out, p.pooled = a.q_pooled, p.q = a.q8, p.scale = a.q_scale;
        s = prepare_heads(p, stream);
    }
    if (s && makes(a.k_out, a.k_pooled, a.k8)) {
        p.x = a.k, p.at = a.k_at, p.norm = k_norm, p.block = kKeyBlock, p.mean = a.mean;
        p.y = a.k_out, p.pooled = a.k_pooled, p.q = a.k8, p.scale = a.k_scale;
        s = prepare_heads(p, stream);
    }
    return s;
}

}  // namespace studio::kernels

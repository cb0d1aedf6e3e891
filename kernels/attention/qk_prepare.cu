// Queues the steps of prepare_qk() one after the other, after all of them were checked.
#include "kernels/attention/operator_check.h"

namespace studio::kernels {
namespace {

struct Steps {
    bool has_norms, has_mean, has_q, has_k;
    HeadFactorsArgs q_factor, k_factor;
    KeyMeanArgs mean;
    PrepareHeadsArgs q, k;
};
Steps steps_of(const PrepareQkArgs& a) noexcept {
    Steps s{};
    s.has_norms = a.norms.q_weight || a.norms.k_weight;
    s.has_mean = a.mean != nullptr;
    s.has_q = a.q_out || a.q_pooled || a.q8;
    s.has_k = a.k_out || a.k_pooled || a.k8;
    s.q_factor = {a.q, a.q_at, a.q_factor, a.batch, a.heads, a.tokens, a.norms.eps};
    s.k_factor = {a.k, a.k_at, a.k_factor, a.batch, a.heads, a.tokens, a.norms.eps};
    PrepareHeadsArgs p;
    p.batch = a.batch, p.heads = a.heads, p.tokens = a.tokens, p.layout = a.layout, p.y_at = a.out_at;
    const auto norm = [&](const float* factor, const float* weight) -> HeadNorm {
        return {s.has_norms ? factor : nullptr, weight, a.norms.rotation, a.norms.rounds_before_weight};
    };
    s.q = s.k = p;
    s.q.x = a.q, s.q.at = a.q_at, s.q.norm = norm(a.q_factor, a.norms.q_weight), s.q.block = kQueryBlock;
    s.q.y = a.q_out, s.q.pooled = a.q_pooled, s.q.q = a.q8, s.q.scale = a.q_scale;
    s.k.x = a.k, s.k.at = a.k_at, s.k.norm = norm(a.k_factor, a.norms.k_weight), s.k.block = kKeyBlock;
    s.k.y = a.k_out, s.k.pooled = a.k_pooled, s.k.q = a.k8, s.k.scale = a.k_scale, s.k.mean = a.mean;
    s.mean = {a.k, a.k_at, a.batch, a.heads, a.tokens, a.mean, a.mean_work, s.k.norm};
    return s;
}
Status check_steps(const Steps& t) noexcept {
    Status s;
    if (t.has_norms) s = check_head_factors(t.q_factor);
    if (s && t.has_norms) s = check_head_factors(t.k_factor);
    if (s && t.has_mean) s = check_key_mean(t.mean);
    if (s && t.has_q) s = check_prepare_heads(t.q);
    return s && t.has_k ? check_prepare_heads(t.k) : s;
}
}  // namespace

Status prepare_qk(const PrepareQkArgs& args, Stream stream) noexcept {
    const Steps t = steps_of(args);
    Status s = check_steps(t);
    if (s && t.has_norms) s = head_factors(t.q_factor, stream);
    if (s && t.has_norms) s = head_factors(t.k_factor, stream);
    if (s && t.has_mean) s = key_mean(t.mean, stream);
    if (s && t.has_q) s = prepare_heads(t.q, stream);
    return s && t.has_k ? prepare_heads(t.k, stream) : s;
}

}  // namespace studio::kernels

// Queues the steps of Sage attention; all of its memory comes from the caller's workspace.
#include "kernels/attention/sage.h"

#include "kernels/attention/hopper_attention.h"
#include "kernels/attention/operator_check.h"
#include "kernels/attention/sage_prepare.h"
#include "kernels/common/launch.cuh"
#include "kernels/common/layout.h"

namespace studio::kernels {
namespace {

Fp8Path path_of(const SageArgs& a) noexcept {
    return a.values == SageValues::kF16 ? Fp8Path::kNone : fp8_path(device_caps().capability);
}
struct Parts {
    float *mean = nullptr, *mean_work = nullptr, *q_factor = nullptr, *k_factor = nullptr;
    std::uint16_t* v16 = nullptr;
    HopperBlocks blocks;  // q, k and their scales on every path
    float* values_work = nullptr;
    std::int64_t bytes = 0;
};
Parts lay_out(const SageArgs& a, char* base) noexcept {
    Layout w{base};
    Parts p;
    const bool is_fp8 = path_of(a) != Fp8Path::kNone;
    const std::int64_t bh = a.batch * a.heads, nq = ceil_div(a.tokens, kQueryBlock), nk = ceil_div(a.tokens, kKeyBlock);
    if (a.smooth_k) {
        p.mean = w.take<float>(bh * kHeadDim);
        p.mean_work = w.take<float>(key_mean_workspace_floats(a.batch, a.heads, a.tokens));
    }
    if (a.norms.q_weight) {
        p.q_factor = w.take<float>(a.batch * a.tokens), p.k_factor = w.take<float>(a.batch * a.tokens);
    }
    p.blocks.q = w.take<std::int8_t>(bh * (is_fp8 ? nq * kQueryBlock : a.tokens) * kHeadDim);
    p.blocks.k = w.take<std::int8_t>(bh * (is_fp8 ? nk * kKeyBlock : a.tokens) * kHeadDim);
    p.blocks.q_scale = w.take<float>(bh * nq), p.blocks.k_scale = w.take<float>(bh * nk);
    if (is_fp8) {
        p.blocks.v = w.take<std::uint8_t>(bh * nk * kKeyBlock * kHeadDim);
        p.blocks.v_scale = w.take<float>(bh * kHeadDim);
        p.values_work = w.take<float>(hopper_workspace_floats(a.batch, a.heads, a.tokens));
    } else {
        p.v16 = w.take<std::uint16_t>(bh * a.tokens * kHeadDim);
    }
    p.bytes = w.used;
    return p;
}
Status prepare(const SageArgs& a, const Parts& p, Stream stream) noexcept {
    PrepareQkArgs t;
    t.q = a.q, t.k = a.k, t.q_at = a.q_at, t.k_at = a.k_at, t.norms = a.norms;
    t.batch = a.batch, t.heads = a.heads, t.tokens = a.tokens;
    t.layout = p.v16 ? HeadLayout::kRows : HeadLayout::kBlocks;
    t.mean = p.mean, t.mean_work = p.mean_work, t.q_factor = p.q_factor, t.k_factor = p.k_factor;
    t.q8 = p.blocks.q, t.k8 = p.blocks.k, t.q_scale = p.blocks.q_scale, t.k_scale = p.blocks.k_scale;
    return prepare_qk(t, stream);
}
Status attend_fp8(const SageArgs& a, const Parts& p, Stream stream) noexcept {
    const bool wgmma = path_of(a) == Fp8Path::kWgmma;
    HopperPrepareArgs v;
    v.v = a.v, v.v_at = a.v_at, v.blocks = p.blocks, v.workspace = p.values_work;
    v.batch = a.batch, v.heads = a.heads, v.q_tokens = v.k_tokens = a.tokens;
    const Status s = (wgmma ? hopper_prepare : fp8_prepare)(v, stream);
    if (!s) return s;
    HopperAttentionArgs t;
    t.blocks = p.blocks, t.o = a.o, t.o_at = a.o_at, t.batch = a.batch, t.heads = a.heads, t.scale = a.scale;
    t.q_tokens = t.k_tokens = a.tokens;
    return wgmma ? hopper_attention(t, stream) : fp8_attention(t, stream);
}
Status attend_f16(const SageArgs& a, const Parts& p, Stream stream) noexcept {
    const Status s = heads_to_f16({a.v, a.v_at, p.v16, a.batch, a.heads, a.tokens}, stream);
    if (!s) return s;
    AttentionArgs t;
    t.q = p.blocks.q, t.k = p.blocks.k, t.v = p.v16, t.o = a.o, t.o_at = a.o_at, t.type = DType::kI8;
    t.q_at = t.k_at = t.v_at = {a.heads * a.tokens * kHeadDim, kHeadDim, a.tokens * kHeadDim};
    t.q_scale = p.blocks.q_scale, t.k_scale = p.blocks.k_scale, t.scale = a.scale;
    t.batch = a.batch, t.heads = a.heads, t.q_tokens = t.k_tokens = a.tokens;
    return attention(t, stream);
}
}  // namespace

std::int64_t sage_workspace_bytes(const SageArgs& args) noexcept {
    return lay_out(args, nullptr).bytes;
}

Status sage_attention(const SageArgs& args, Stream stream) noexcept {
    if (const Status s = check_operator(args); !s) return s;
    if (args.values == SageValues::kFp8 && path_of(args) == Fp8Path::kNone) {
        return refuse(StatusCode::kNotSupported,
                      "this device has no native fp8 products (sm_89, sm_90 and sm_120 have)");
    }
    if (const Status s = require_device(80, attention_shared_bytes(path_of(args), true)); !s) return s;
    if (args.batch * args.heads == 0) return {};
    const Parts parts = lay_out(args, static_cast<char*>(args.workspace));
    const Status s = prepare(args, parts, stream);
    if (!s) return s;
    return parts.v16 ? attend_f16(args, parts, stream) : attend_fp8(args, parts, stream);
}

}  // namespace studio::kernels

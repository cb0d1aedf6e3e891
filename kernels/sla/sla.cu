// Queues the steps of SLA one after the other; all of its memory comes from the caller's workspace.
#include "kernels/sla/sla.h"

#include "kernels/attention/hopper_attention.h"
#include "kernels/attention/operator_check.h"
#include "kernels/attention/sage.h"
#include "kernels/attention/sage_prepare.h"
#include "kernels/common/launch.cuh"
#include "kernels/common/layout.h"
#include "kernels/sla/block_map.h"
#include "kernels/sla/linear_branch.h"

namespace studio::kernels {
namespace {

Fp8Path path_of(const SlaArgs& a) noexcept {
    return a.is_int8 ? fp8_path(device_caps().capability) : Fp8Path::kNone;
}

struct Parts {
    float *mean, *mean_work, *q_factor, *k_factor, *z, *state_work, *q_scale, *k_scale;
    std::uint16_t *q_pooled, *k_pooled, *q_out, *k_out, *state, *v16;
    std::int32_t *list, *count;
    std::int8_t *q8, *k8;
    HopperBlocks blocks;
    float* blocks_work;
    std::int64_t query_blocks, key_blocks, keep, bytes;
};
Parts lay_out(const SlaArgs& a, char* base) noexcept {
    Layout w{base};
    Parts p{};
    const std::int64_t bh = a.batch * a.heads, values = bh * a.tokens * kHeadDim;
    p.query_blocks = ceil_div(a.tokens, kQueryBlock), p.key_blocks = ceil_div(a.tokens, kKeyBlock);
    p.keep = blocks_kept(a.topk, p.key_blocks);
    p.mean = w.take<float>(bh * kHeadDim);
    p.mean_work = w.take<float>(key_mean_workspace_floats(a.batch, a.heads, a.tokens));
    if (a.norms.q_weight) {
        p.q_factor = w.take<float>(a.batch * a.tokens), p.k_factor = w.take<float>(a.batch * a.tokens);
        p.q_out = w.take<std::uint16_t>(values), p.k_out = w.take<std::uint16_t>(values);
    }
    p.q_pooled = w.take<std::uint16_t>(bh * p.query_blocks * kHeadDim);
    p.k_pooled = w.take<std::uint16_t>(bh * p.key_blocks * kHeadDim);
    p.list = w.take<std::int32_t>(bh * p.query_blocks * p.keep);
    p.count = w.take<std::int32_t>(bh * p.query_blocks);
    if (a.has_linear) {
        p.state = w.take<std::uint16_t>(bh * kHeadDim * kHeadDim);
        p.z = w.take<float>(bh * kHeadDim);
        p.state_work = w.take<float>(key_state_workspace_floats(a.batch, a.heads, a.tokens));
    }
    if (path_of(a) != Fp8Path::kNone) {
        p.blocks.q = w.take<std::int8_t>(bh * p.query_blocks * kQueryBlock * kHeadDim);
        p.blocks.k = w.take<std::int8_t>(bh * p.key_blocks * kKeyBlock * kHeadDim);
        p.blocks.v = w.take<std::uint8_t>(bh * p.key_blocks * kKeyBlock * kHeadDim);
        p.blocks.q_scale = w.take<float>(bh * p.query_blocks), p.blocks.k_scale = w.take<float>(bh * p.key_blocks);
        p.blocks.v_scale = w.take<float>(bh * kHeadDim);
        p.blocks_work = w.take<float>(hopper_workspace_floats(a.batch, a.heads, a.tokens));
    } else if (a.is_int8) {
        p.q8 = w.take<std::int8_t>(values), p.k8 = w.take<std::int8_t>(values), p.v16 = w.take<std::uint16_t>(values);
        p.q_scale = w.take<float>(bh * p.query_blocks), p.k_scale = w.take<float>(bh * p.key_blocks);
    }
    p.bytes = w.used;
    return p;
}

/// q and k as the later steps read them.
struct Heads {
    const void *q, *k;
    HeadStrides q_at, k_at;
};
Heads heads_of(const SlaArgs& a, const Parts& p) noexcept {
    if (!p.q_out) return {a.q, a.k, a.q_at, a.k_at};
    const HeadStrides at{a.heads * a.tokens * kHeadDim, kHeadDim, a.tokens * kHeadDim};
    return {p.q_out, p.k_out, at, at};
}

BlockMapArgs map_of(const SlaArgs& a, const Parts& p) noexcept {
    return {p.q_pooled, p.k_pooled, a.batch * a.heads, p.query_blocks, p.key_blocks, p.keep, p.list, p.count, p.keep};
}
/// Later steps that could refuse although the operator's own arguments are right: too many blocks, too little memory.
Status check_steps(const SlaArgs& a, const Parts& p) noexcept {
    if (const Status s = check_block_map(map_of(a, p)); !s) return s;
    constexpr std::size_t kLinearBytes = 66 * 1024;
    const std::size_t sparse = attention_shared_bytes(path_of(a), a.is_int8);
    return require_device(80, a.has_linear && sparse < kLinearBytes ? kLinearBytes : sparse);
}

/// One reading of q and two of k give all that the map, the sparse half and the linear half need of them.
Status prepare(const SlaArgs& a, const Parts& p, Stream stream) noexcept {
    PrepareQkArgs t;
    t.q = a.q, t.k = a.k, t.q_at = a.q_at, t.k_at = a.k_at, t.norms = a.norms;
    t.batch = a.batch, t.heads = a.heads, t.tokens = a.tokens;
    t.mean = p.mean, t.mean_work = p.mean_work, t.q_factor = p.q_factor, t.k_factor = p.k_factor;
    t.q_out = p.q_out, t.k_out = p.k_out, t.out_at = heads_of(a, p).q_at;
    t.q_pooled = p.q_pooled, t.k_pooled = p.k_pooled;
    const bool is_fp8 = path_of(a) != Fp8Path::kNone;
    t.layout = is_fp8 ? HeadLayout::kBlocks : HeadLayout::kRows;
    t.q8 = is_fp8 ? p.blocks.q : p.q8, t.k8 = is_fp8 ? p.blocks.k : p.k8;
    t.q_scale = is_fp8 ? p.blocks.q_scale : p.q_scale, t.k_scale = is_fp8 ? p.blocks.k_scale : p.k_scale;
    const Status s = prepare_qk(t, stream);
    return s ? block_map(map_of(a, p), stream) : s;
}
Status sparse_half_fp8(const SlaArgs& a, const Parts& p, Stream stream) noexcept {
    const bool wgmma = path_of(a) == Fp8Path::kWgmma;
    HopperPrepareArgs v;
    v.v = a.v, v.v_at = a.v_at, v.blocks = p.blocks, v.workspace = p.blocks_work;
    v.batch = a.batch, v.heads = a.heads, v.q_tokens = v.k_tokens = a.tokens;
    const Status s = (wgmma ? hopper_prepare : fp8_prepare)(v, stream);
    if (!s) return s;
    HopperAttentionArgs t;
    t.blocks = p.blocks, t.o = a.o, t.o_at = a.o_at, t.batch = a.batch, t.heads = a.heads;
    t.q_tokens = t.k_tokens = a.tokens, t.block_list = p.list, t.block_count = p.count, t.list_stride = p.keep;
    return wgmma ? hopper_attention(t, stream) : fp8_attention(t, stream);
}
Status sparse_half(const SlaArgs& a, const Parts& p, Stream stream) noexcept {
    const Heads h = heads_of(a, p);
    AttentionArgs t;
    t.q = h.q, t.k = h.k, t.v = a.v, t.o = a.o, t.q_at = h.q_at, t.k_at = h.k_at, t.v_at = a.v_at, t.o_at = a.o_at;
    t.batch = a.batch, t.heads = a.heads, t.q_tokens = t.k_tokens = a.tokens;
    t.block_list = p.list, t.block_count = p.count, t.list_stride = p.keep;
    if (!a.is_int8) return attention(t, stream);
    const Status s = heads_to_f16({a.v, a.v_at, p.v16, a.batch, a.heads, a.tokens}, stream);
    if (!s) return s;
    t.q = p.q8, t.k = p.k8, t.v = p.v16, t.q_scale = p.q_scale, t.k_scale = p.k_scale, t.type = DType::kI8;
    t.q_at = t.k_at = t.v_at = {a.heads * a.tokens * kHeadDim, kHeadDim, a.tokens * kHeadDim};
    return attention(t, stream);
}
Status linear_half(const SlaArgs& a, const Parts& p, Stream stream) noexcept {
    const Heads h = heads_of(a, p);
    const Status s =
        key_state({h.k, a.v, h.k_at, a.v_at, a.proj, p.state, p.z, p.state_work, a.batch, a.heads, a.tokens}, stream);
    if (!s) return s;
    return linear_branch({h.q, a.o, h.q_at, a.o_at, p.state, p.z, a.bias, a.batch, a.heads, a.tokens}, stream);
}
}  // namespace

std::int64_t sla_workspace_bytes(const SlaArgs& args) noexcept {
    return lay_out(args, nullptr).bytes;
}

Status sla_attention(const SlaArgs& args, Stream stream) noexcept {
    if (!(args.topk > 0 && args.topk <= 1)) return refuse(StatusCode::kInvalidArgument, "topk must be in (0, 1]");
    if (const Status s = check_operator(args); !s) return s;
    if ((args.proj && !is_aligned(args.proj, 16)) || (args.bias && !is_aligned(args.bias, 16))) {
        return refuse(StatusCode::kInvalidArgument, "proj and bias must be 16-byte aligned");
    }
    if (args.batch * args.heads == 0) return {};
    const Parts parts = lay_out(args, static_cast<char*>(args.workspace));
    if (const Status s = check_steps(args, parts); !s) return s;
    Status s = prepare(args, parts, stream);
    if (s)
        s = path_of(args) != Fp8Path::kNone ? sparse_half_fp8(args, parts, stream) : sparse_half(args, parts, stream);
    return s && args.has_linear ? linear_half(args, parts, stream) : s;
}

}  // namespace studio::kernels

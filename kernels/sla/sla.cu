// Queues the steps of SLA one after the other; all of its memory comes from the caller's workspace.
#include "kernels/sla/sla.h"

#include "kernels/attention/hopper_attention.h"
#include "kernels/attention/sage_prepare.h"
#include "kernels/common/launch.cuh"
#include "kernels/sla/block_map.h"
#include "kernels/sla/linear_branch.h"

namespace studio::kernels {
namespace {

// Which 8-bit kernels with fp8 values this device has; the others take f16 values.
enum class Fp8 { kNone, kMma, kWgmma };
Fp8 fp8_path() noexcept {
    const DeviceCaps caps = device_caps();
    if (caps.capability == 90) return Fp8::kWgmma;
    return caps.capability == 89 || caps.capability == 120 ? Fp8::kMma : Fp8::kNone;
}

// The workspace, part by part; with base null it only counts.
struct Layout {
    char* base;
    std::int64_t used = 0;
    template <class T>
    T* take(std::int64_t count) noexcept {
        T* p = base ? reinterpret_cast<T*>(base + used) : nullptr;
        used += ceil_div(count * std::int64_t(sizeof(T)), 256) * 256;
        return p;
    }
};
struct Parts {
    float *mean, *mean_work, *z, *state_work, *q_scale, *k_scale;
    std::uint16_t *q_pooled, *k_pooled, *state, *v16;
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
    p.q_pooled = w.take<std::uint16_t>(bh * p.query_blocks * kHeadDim);
    p.k_pooled = w.take<std::uint16_t>(bh * p.key_blocks * kHeadDim);
    p.list = w.take<std::int32_t>(bh * p.query_blocks * p.keep);
    p.count = w.take<std::int32_t>(bh * p.query_blocks);
    if (a.has_linear) {
        p.state = w.take<std::uint16_t>(bh * kHeadDim * kHeadDim);
        p.z = w.take<float>(bh * kHeadDim);
        p.state_work = w.take<float>(key_state_workspace_floats(a.batch, a.heads, a.tokens));
    }
    if (a.is_int8 && fp8_path() != Fp8::kNone) {
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

Status choose_blocks(const SlaArgs& a, const Parts& p, Stream stream) noexcept {
    Status s = key_mean({a.k, a.k_at, a.batch, a.heads, a.tokens, p.mean, p.mean_work}, stream);
    if (s) s = pool_blocks({a.q, a.q_at, nullptr, p.q_pooled, a.batch, a.heads, a.tokens, kQueryBlock}, stream);
    if (s) s = pool_blocks({a.k, a.k_at, p.mean, p.k_pooled, a.batch, a.heads, a.tokens, kKeyBlock}, stream);
    if (!s) return s;
    return block_map(
        {p.q_pooled, p.k_pooled, a.batch * a.heads, p.query_blocks, p.key_blocks, p.keep, p.list, p.count, p.keep},
        stream);
}
Status sparse_half_fp8(const SlaArgs& a, const Parts& p, Stream stream) noexcept {
    const bool wgmma = fp8_path() == Fp8::kWgmma;
    const Status s = (wgmma ? hopper_prepare : fp8_prepare)(
        {a.q, a.k, a.v, a.q_at, a.k_at, a.v_at, p.mean, p.blocks, p.blocks_work, a.batch, a.heads, a.tokens, a.tokens},
        stream);
    if (!s) return s;
    HopperAttentionArgs t;
    t.blocks = p.blocks, t.o = a.o, t.o_at = a.o_at, t.batch = a.batch, t.heads = a.heads;
    t.q_tokens = t.k_tokens = a.tokens, t.block_list = p.list, t.block_count = p.count, t.list_stride = p.keep;
    return wgmma ? hopper_attention(t, stream) : fp8_attention(t, stream);
}
Status sparse_half(const SlaArgs& a, const Parts& p, Stream stream) noexcept {
    AttentionArgs t;
    t.q = a.q, t.k = a.k, t.v = a.v, t.o = a.o, t.q_at = a.q_at, t.k_at = a.k_at, t.v_at = a.v_at, t.o_at = a.o_at;
    t.batch = a.batch, t.heads = a.heads, t.q_tokens = t.k_tokens = a.tokens;
    t.block_list = p.list, t.block_count = p.count, t.list_stride = p.keep;
    if (!a.is_int8) return attention(t, stream);
    Status s = quantize_heads({a.q, a.q_at, nullptr, p.q8, p.q_scale, a.batch, a.heads, a.tokens, kQueryBlock}, stream);
    if (s) s = quantize_heads({a.k, a.k_at, p.mean, p.k8, p.k_scale, a.batch, a.heads, a.tokens, kKeyBlock}, stream);
    if (s) s = heads_to_f16({a.v, a.v_at, p.v16, a.batch, a.heads, a.tokens}, stream);
    if (!s) return s;
    t.q = p.q8, t.k = p.k8, t.v = p.v16, t.q_scale = p.q_scale, t.k_scale = p.k_scale, t.type = DType::kI8;
    t.q_at = t.k_at = t.v_at = {a.heads * a.tokens * kHeadDim, kHeadDim, a.tokens * kHeadDim};
    return attention(t, stream);
}
}  // namespace

std::int64_t sla_workspace_bytes(const SlaArgs& args) noexcept {
    return lay_out(args, nullptr).bytes;
}

Status sla_attention(const SlaArgs& args, Stream stream) noexcept {
    if (!(args.topk > 0 && args.topk <= 1)) return refuse(StatusCode::kInvalidArgument, "topk must be in (0, 1]");
    if (args.batch < 0 || args.heads < 0 || args.tokens < 1) {
        return refuse(StatusCode::kInvalidArgument, "batch and heads must be >= 0, tokens >= 1");
    }
    if (!is_aligned(args.workspace, 256) || !is_aligned(args.o, 16)) {
        return refuse(StatusCode::kInvalidArgument, "workspace must be 256-byte aligned, o 16-byte, neither null");
    }
    if (args.batch * args.heads == 0) return {};
    const Parts parts = lay_out(args, static_cast<char*>(args.workspace));
    Status s = choose_blocks(args, parts, stream);
    if (s)
        s = args.is_int8 && fp8_path() != Fp8::kNone ? sparse_half_fp8(args, parts, stream)
                                                     : sparse_half(args, parts, stream);
    if (!s || !args.has_linear) return s;
    s = key_state({args.k, args.v, args.k_at, args.v_at, args.proj, parts.state, parts.z, parts.state_work, args.batch,
                   args.heads, args.tokens},
                  stream);
    if (!s) return s;
    return linear_branch(
        {args.q, args.o, args.q_at, args.o_at, parts.state, parts.z, args.bias, args.batch, args.heads, args.tokens},
        stream);
}

}  // namespace studio::kernels

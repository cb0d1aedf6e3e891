// The quantisers of SageAttention and SageSLA: int8 Q and K, fp16 or fp8 V.
#include "tensor/block_sparse.h"

namespace studio::ops {
namespace {

constexpr double kInt8Max = 127, kE4m3Max = 448;
// SageSLA's V range: a 64-key block of full-scale products, 64 * 448 * 2.25, still fits fp16 accumulators.
constexpr double kSlaVMax = 2.25;
constexpr std::int64_t kQueryRowsPerScale = 32, kQueryRowsPerScaleSm90 = 16;

struct Int8Rows {
    at::Tensor values;  // fp32 [N, L, D], integers in [-127, 127]
    at::Tensor scale;   // fp32 [N, L]
};

// One scale per `group` rows; rows past the end count as zero.
at::Tensor group_amax(const at::Tensor& x, std::int64_t group) {
    const std::int64_t rows = x.size(1), missing = (rows + group - 1) / group * group - rows;
    const at::Tensor row_amax = at::constant_pad_nd(x.abs().amax(-1), {0, missing});
    return row_amax.unflatten(1, {-1, group}).amax(-1).repeat_interleave(group, 1).narrow(1, 0, rows);
}

// SageSLA (a Triton kernel): half away from zero, 1e-7 added to the scale.
Int8Rows int8_half_away(const at::Tensor& x, std::int64_t group) {
    const at::Tensor scale = group_amax(x, group).div_(kInt8Max).add_(1e-7);
    const at::Tensor turned = x / scale.unsqueeze(-1);
    return {(turned + 0.5 * turned.sign()).trunc_(), scale};
}

// SageAttention (a CUDA kernel): half to even, saturating, the largest value floored at 1e-7.
Int8Rows int8_half_even(const at::Tensor& x, std::int64_t group) {
    const at::Tensor scale = group_amax(x, group).clamp_min_(1e-7).div_(kInt8Max);
    return {(x / scale.unsqueeze(-1)).round_().clamp_(-kInt8Max, kInt8Max), scale};
}

}  // namespace

SoftmaxOperands quantised(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, at::ScalarType type,
                          const SelfAttention& how, bool per_block) {
    at::Tensor keys = k;
    if (how.smooth_k) {
        keys = k - rounded(k.mean(1, true), type);
        if (per_block) keys = rounded(keys, type);
    }
    const std::int64_t warp_rows = how.query_block == 64 ? kQueryRowsPerScaleSm90 : kQueryRowsPerScale;
    const Int8Rows query = per_block ? int8_half_away(q, how.query_block) : int8_half_even(q, warp_rows);
    const Int8Rows key = per_block ? int8_half_away(keys, how.key_block) : int8_half_even(keys, how.key_block);
    SoftmaxOperands out{query.values, key.values, {}, query.scale, key.scale, {}, at::kHalf};
    if (how.pv != SagePv::kFp8) {
        out.v = rounded(v, at::kHalf);
        return out;
    }
    const double largest = per_block ? kSlaVMax : kE4m3Max;
    const at::Tensor amax = v.abs().amax(1, true);
    // A channel of zeros has no scale of its own; the source divides 0 by 0 there.
    out.v_scale = at::where(amax.eq(0), at::ones_like(amax), amax / largest);
    out.v = rounded((v / out.v_scale).clamp_(-kE4m3Max, kE4m3Max), at::kFloat8_e4m3fn);
    out.weights = at::kFloat8_e4m3fn;
    return out;
}

}  // namespace studio::ops

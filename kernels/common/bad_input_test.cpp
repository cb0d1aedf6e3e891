// Every launcher that a kernel header declares, by one table: what it must refuse, that refusing writes nothing, that a
// device it cannot use is refused too, and that NaN and infinities end and show in what it writes.
#include <filesystem>
#include <fstream>
#include <set>

#include "kernels/attention/hopper_attention.h"
#include "kernels/attention/sage.h"
#include "kernels/attention/sage_prepare.h"
#include "kernels/common/bad_input.h"
#include "kernels/gemm_int8/linear_w8a8.h"
#include "kernels/norm/gate_residual.h"
#include "kernels/norm/gelu.h"
#include "kernels/norm/layer_norm_quantize.h"
#include "kernels/norm/rms_norm.h"
#include "kernels/sla/block_map.h"
#include "kernels/sla/linear_branch.h"
#include "kernels/sla/sla.h"
#include "kernels/vae/conv.h"
#include "kernels/vae/norm_silu_pad.h"
#include "kernels/vae/to_rgb8.h"

namespace studio::kernels {
namespace {

TEST(BadInput, Norms) {
    LayerNormArgs ln;
    ln.x = in(0), ln.y = out(0), ln.rows = 3, ln.dim = 64, ln.shift = in(1), ln.scale = in(2);
    ln.weight = in(3), ln.bias = in(4), ln.modulation_of_row = arena().zeros;
    audit<LayerNormArgs>(
        "layer_norm", &layer_norm, ln,
        {NULLED(x), NULLED(y), SHIFTED(x, 4), SHIFTED(y, 2), SHIFTED(weight, 4), SHIFTED(bias, 4), SHIFTED(shift, 8),
         NULLED(scale), SHIFTED(modulation_of_row, 2), SET(rows, -1, kInvalidArgument), SET(rows, kHuge, kTooLarge),
         SET(dim, 0, kInvalidArgument), SET(dim, 12, kInvalidArgument), SET(dim, kMuch, kTooLarge),
         SET(x_type, DType::kI8, kUnsupportedType), SET(y_type, DType::kE4M3, kUnsupportedType),
         SET(inner_type, kH, kUnsupportedType)},
        {{in(0), kF, out(0), kB, 64}});
    LayerNormQuantizeArgs lq;
    lq.norm = ln, lq.norm.y = nullptr, lq.q = out<std::int8_t>(0), lq.scale = out(1), lq.statistics = out(2);
    audit<LayerNormQuantizeArgs>(
        "layer_norm_quantize", &layer_norm_quantize, lq,
        {NULLED(norm.x), NULLED(q), NULLED(scale), NULLED(statistics), SHIFTED(q, 1), SHIFTED(statistics, 4),
         SHIFTED(norm.modulation_of_row, 1), SHIFTED(norm.x, 8), SET(norm.rows, -5, kInvalidArgument),
         SET(norm.rows, kHuge, kTooLarge), SET(norm.dim, 20, kInvalidArgument), SET(norm.dim, 20000, kTooLarge),
         SET(norm.x_type, DType::kE4M3, kUnsupportedType), SET(norm.y_type, DType::kI8, kUnsupportedType)},
        {{in(0), kF, out(1), kF, 1}});
    RmsNormArgs rms;
    rms.x = in(0), rms.y = out(0), rms.weight = in(1), rms.rotation = in(2), rms.rows = 3, rms.dim = 64;
    rms.x_stride = rms.y_stride = 64, rms.positions = 3, rms.head_dim = 32;
    audit<RmsNormArgs>("rms_norm", &rms_norm, rms,
                       {NULLED(x), NULLED(y), SHIFTED(x, 8), SHIFTED(y, 8), SHIFTED(weight, 4), SHIFTED(rotation, 4),
                        SET(rows, -1, kInvalidArgument), SET(rows, kHuge, kTooLarge), SET(dim, 4, kInvalidArgument),
                        SET(dim, kHuge - 7, kTooLarge), SET(x_stride, 32, kInvalidArgument),
                        SET(y_stride, 68, kInvalidArgument), SET(positions, 0, kInvalidArgument),
                        SET(head_dim, 48, kInvalidArgument), SET(type, DType::kI8, kUnsupportedType)},
                       {{in(0), kB, out(0), kB, 64}});
    GateResidualArgs g;
    g.x = in(0), g.y = in(1), g.gate = in(2), g.modulation_of_row = arena().zeros, g.statistics = out(1);
    g.rows = 3, g.dim = 64;
    audit<GateResidualArgs>("gate_residual", &gate_residual, g,
                            {NULLED(x), NULLED(y), SHIFTED(x, 4), SHIFTED(y, 2), SHIFTED(gate, 4),
                             SHIFTED(statistics, 4), SHIFTED(modulation_of_row, 2), SET(rows, -1, kInvalidArgument),
                             SET(rows, kHuge, kTooLarge), SET(dim, 9, kInvalidArgument), SET(dim, kMuch, kTooLarge),
                             SET(x_type, kH, kUnsupportedType), SET(y_type, DType::kI8, kUnsupportedType)},
                            {{in(1), kB, in(0), kF, 64}});
    GeluArgs gelu{in(0), out(0), 100, kB};
    audit<GeluArgs>("gelu_tanh", &gelu_tanh, gelu,
                    {NULLED(x), NULLED(y), SHIFTED(x, 2), SHIFTED(y, 8), SET(count, -1, kInvalidArgument),
                     SET(count, kHuge, kTooLarge), SET(type, DType::kE4M3, kUnsupportedType)},
                    {{in(0), kB, out(0), kB, 100}});
}

TEST(BadInput, QuantiserAndProducts) {
    QuantizeArgs q;
    q.x = in(0), q.q = out<std::int8_t>(0), q.scale = out(1), q.rows = 3, q.dim = 64, q.x_stride = 64;
    audit<QuantizeArgs>("quantize", &quantize, q,
                        {NULLED(x),
                         NULLED(q),
                         NULLED(scale),
                         SHIFTED(x, 4),
                         SHIFTED(q, 1),
                         SHIFTED(scale, 2),
                         SET(rows, -1, kInvalidArgument),
                         SET(rows, kHuge, kTooLarge),
                         SET(dim, 0, kInvalidArgument),
                         SET(x_stride, 60, kInvalidArgument),
                         SET(type, DType::kI8, kUnsupportedType),
                         {"dim", kTooLarge, [](auto& a) { a.dim = a.x_stride = kMuch; }}},
                        {{in(0), kB, out(1), kF, 1}});
    LinearW8A8Args p;
    p.a = in<std::int8_t>(0), p.a_scale = in(1), p.w = in<std::int8_t>(2), p.w_scale = in(3), p.bias = in(4);
    p.out = out(0), p.modulation_of_row = arena().zeros, p.m = 3, p.n = 16, p.k = 128;
    const std::vector<Case<LinearW8A8Args>> cases = {
        NULLED(a),
        NULLED(a_scale),
        NULLED(w),
        NULLED(w_scale),
        NULLED(out),
        SHIFTED(a, 8),
        SHIFTED(w, 4),
        SHIFTED(out, 8),
        SHIFTED(bias, 4),
        SHIFTED(modulation_of_row, 2),
        SHIFTED(a_scale, 2),
        SET(gate, in(5) + 1, kInvalidArgument),
        SET(m, -1, kInvalidArgument),
        SET(n, 12, kInvalidArgument),
        SET(n, 0, kInvalidArgument),
        SET(k, 64, kInvalidArgument),
        SET(k, 130, kInvalidArgument),
        SET(k, std::int64_t(1) << 30, kTooLarge),
        SET(m, kHuge, kTooLarge),
        {"m and n", kTooLarge, [](auto& a) { a.m = a.n = std::int64_t(1) << 62; }},
        SET(out_type, DType::kI8, kUnsupportedType),
        SET(result_type, DType::kE4M3, kUnsupportedType),
        {"residual f16", kUnsupportedType, [](auto& a) { a.epilogue = Epilogue::kGatedResidual, a.out_type = kH; }}};
    const std::vector<Probe> probes = {{in(1), kF, out(0), kB, 48}, {in(4), kF, out(0), kB, 48}};
    audit("linear_w8a8", &linear_w8a8, p, cases, probes);
    audit("linear_w8a8_sm80", &linear_w8a8_sm80, p, cases, probes, 80);
    audit("linear_w8a8_sm90a", &linear_w8a8_sm90a, p, cases, probes);
}

const HeadStrides kAt{8 * 128, 128, 128};

TEST(BadInput, Attention) {
    AttentionArgs d;
    d.q = in(0), d.k = in(1), d.v = in(2), d.o = out(0), d.q_at = d.k_at = d.v_at = d.o_at = kAt;
    d.batch = d.heads = 1, d.q_tokens = d.k_tokens = 8;
    audit<AttentionArgs>(
        "attention", &attention, d,
        {NULLED(q),
         NULLED(k),
         NULLED(v),
         NULLED(o),
         SHIFTED(q, 2),
         SHIFTED(k, 4),
         SHIFTED(v, 8),
         SHIFTED(o, 8),
         SET(q_at.token, 127, kInvalidArgument),
         SET(o_at.head, -128, kInvalidArgument),
         SET(batch, -1, kInvalidArgument),
         SET(heads, 70000, kTooLarge),
         SET(batch, kHuge, kTooLarge),
         SET(q_tokens, kHuge, kTooLarge),
         SET(k_tokens, 0, kInvalidArgument),
         SET(k_tokens, kMuch, kTooLarge),
         SET(type, kF, kUnsupportedType),
         SET(type, DType::kI8, kInvalidArgument),
         SET(block_list, arena().zeros, kInvalidArgument),
         {"list misaligned", kInvalidArgument,
          [](auto& x) {
              x.block_list = reinterpret_cast<std::int32_t*>(std::uintptr_t(arena().zeros) + 2);
              x.block_count = arena().ones, x.list_stride = 1;
          }}},
        {{in(0), kB, out(0), kB, 1024}, {in(1), kB, out(0), kB, 1024, true}, {in(2), kB, out(0), kB, 1024}});
    HopperAttentionArgs h;
    h.blocks = {in<std::int8_t>(0), in<std::int8_t>(1), in<std::uint8_t>(2), in(3), in(4), in(5)};
    h.o = out(0), h.o_at = kAt, h.batch = h.heads = 1, h.q_tokens = h.k_tokens = 8;
    const std::vector<Case<HopperAttentionArgs>> cases = {NULLED(blocks.q),
                                                          NULLED(blocks.k),
                                                          NULLED(blocks.v),
                                                          NULLED(blocks.q_scale),
                                                          NULLED(blocks.k_scale),
                                                          NULLED(blocks.v_scale),
                                                          NULLED(o),
                                                          SHIFTED(blocks.q, 16),
                                                          SHIFTED(blocks.v, 64),
                                                          SHIFTED(o, 8),
                                                          SET(o_at.token, 4, kInvalidArgument),
                                                          SET(heads, -1, kInvalidArgument),
                                                          SET(heads, 65536, kTooLarge),
                                                          SET(q_tokens, kHuge, kTooLarge),
                                                          SET(k_tokens, 0, kInvalidArgument),
                                                          SET(block_count, arena().ones, kInvalidArgument)};
    // e4m3 has no infinity, the scales do.
    const std::vector<Probe> probes = {
        {in(3), kF, out(0), kB, 1024}, {in(4), kF, out(0), kB, 1024}, {in(5), kF, out(0), kB, 1024}};
    audit("hopper_attention", &hopper_attention, h, cases, {probes[2]});
    audit("fp8_attention", &fp8_attention, h, cases, {probes[2]}, 89);
    HopperPrepareArgs p;
    p.q = in(0), p.k = in(1), p.v = in(2), p.q_at = p.k_at = p.v_at = kAt, p.k_mean = in(3);
    p.blocks = {out<std::int8_t>(0), out<std::int8_t>(1), out<std::uint8_t>(2), out(3), out(4), out(5)};
    p.workspace = out(6), p.batch = p.heads = 1, p.q_tokens = p.k_tokens = 8;
    const std::vector<Case<HopperPrepareArgs>> prepare = {NULLED(q),
                                                          NULLED(k),
                                                          NULLED(v),
                                                          NULLED(blocks.q),
                                                          NULLED(blocks.v),
                                                          NULLED(blocks.v_scale),
                                                          NULLED(workspace),
                                                          SHIFTED(q, 8),
                                                          SHIFTED(v, 2),
                                                          SHIFTED(blocks.k, 64),
                                                          SHIFTED(k_mean, 4),
                                                          SET(q_at.batch, 4, kInvalidArgument),
                                                          SET(batch, -1, kInvalidArgument),
                                                          SET(batch, 70000, kTooLarge),
                                                          SET(k_tokens, kHuge, kTooLarge),
                                                          SET(q_tokens, 0, kInvalidArgument)};
    const std::vector<Probe> scales = {
        {in(0), kB, out(3), kF, 1}, {in(1), kB, out(4), kF, 1}, {in(2), kB, out(5), kF, 128}};
    audit("hopper_prepare", &hopper_prepare, p, prepare, scales);
    audit("fp8_prepare", &fp8_prepare, p, prepare, scales, 120);
}

TEST(BadInput, PreparationOfHeads) {
    audit<HeadFactorsArgs>(
        "head_factors", &head_factors, {in(0), kAt, out(0), 1, 1, 8, 1e-6f},
        {NULLED(x), NULLED(factor), SHIFTED(x, 8), SHIFTED(factor, 2), SET(at.head, 256, kInvalidArgument),
         SET(at.token, 100, kInvalidArgument), SET(tokens, 0, kInvalidArgument), SET(tokens, kHuge, kTooLarge),
         SET(batch, -1, kInvalidArgument), SET(heads, kHuge, kTooLarge)},
        {});
    PrepareHeadsArgs h;
    h.x = in(0), h.at = h.y_at = kAt, h.norm = {in(1), in(2), in(3), true}, h.mean = in(4), h.y = out(0);
    h.pooled = out(1), h.q = out<std::int8_t>(2), h.scale = out(3), h.batch = h.heads = 1, h.tokens = 8;
    audit<PrepareHeadsArgs>(
        "prepare_heads", &prepare_heads, h,
        {NULLED(x),
         NULLED(scale),
         NULLED(norm.weight),
         SHIFTED(x, 8),
         SHIFTED(y, 8),
         SHIFTED(pooled, 2),
         SHIFTED(q, 4),
         SHIFTED(mean, 4),
         SHIFTED(norm.rotation, 8),
         SHIFTED(norm.factor, 1),
         SET(block, 100, kInvalidArgument),
         SET(y_at.token, 3, kInvalidArgument),
         SET(tokens, -1, kInvalidArgument),
         SET(tokens, kHuge, kTooLarge),
         SET(heads, 1 << 20, kTooLarge),
         {"block misaligned", kInvalidArgument, [](auto& a) { a.layout = HeadLayout::kBlocks, a.q += 64; }},
         {"no output", kInvalidArgument, [](auto& a) { a.y = a.pooled = nullptr, a.q = nullptr; }}},
        {{in(0), kB, out(3), kF, 1}, {in(0), kB, out(1), kB, 128}, {in(0), kB, out(0), kB, 1024}});
    PrepareQkArgs qk;
    qk.q = in(0), qk.k = in(1), qk.q_at = qk.k_at = qk.out_at = kAt, qk.norms = {in(2), in(3), in(4), 1e-6f, true};
    qk.batch = qk.heads = 1, qk.tokens = 8, qk.mean = out(0), qk.mean_work = out(1), qk.q_factor = out(2);
    qk.k_factor = out(3), qk.q_out = out(4), qk.k_out = out(5), qk.q8 = out<std::int8_t>(6);
    qk.k8 = out<std::int8_t>(7), qk.q_scale = out(8), qk.k_scale = out(9);
    audit<PrepareQkArgs>("prepare_qk", &prepare_qk, qk,
                         {NULLED(q), NULLED(k), NULLED(norms.k_weight), NULLED(q_factor), NULLED(mean_work),
                          NULLED(k_scale), SHIFTED(q, 8), SHIFTED(k, 8), SHIFTED(k_out, 2), SHIFTED(norms.q_weight, 4),
                          SET(q_at.head, 64, kInvalidArgument), SET(tokens, 0, kInvalidArgument),
                          SET(tokens, kHuge, kTooLarge), SET(batch, 1 << 20, kTooLarge)},
                         {{in(0), kB, out(8), kF, 1}, {in(1), kB, out(9), kF, 1}});
    audit<KeyMeanArgs>(
        "key_mean", &key_mean, {in(0), kAt, 1, 1, 8, out(0), out(1), {}},
        {NULLED(k), NULLED(mean), NULLED(workspace), SHIFTED(k, 8), SHIFTED(mean, 4),
         SET(at.token, 4, kInvalidArgument), SET(tokens, 0, kInvalidArgument), SET(tokens, kHuge, kTooLarge),
         SET(heads, 70000, kTooLarge), SET(norm.factor, in(1), kInvalidArgument)},
        {{in(0), kB, out(0), kF, 128}});
    audit<QuantizeHeadsArgs>(
        "quantize_heads", &quantize_heads, {in(0), kAt, in(1), out<std::int8_t>(0), out(1), 1, 1, 8, 64},
        {NULLED(x), NULLED(q), NULLED(scale), SHIFTED(x, 8), SHIFTED(q, 4), SHIFTED(mean, 4),
         SET(block, 32, kInvalidArgument), SET(tokens, 0, kInvalidArgument), SET(batch, kHuge, kTooLarge)},
        {{in(0), kB, out(1), kF, 1}});
    audit<ToF16Args>("heads_to_f16", &heads_to_f16, {in(0), kAt, out(0), 1, 1, 8},
                     {NULLED(x), NULLED(y), SHIFTED(x, 8), SHIFTED(y, 8), SET(at.batch, 12, kInvalidArgument),
                      SET(tokens, -3, kInvalidArgument), SET(tokens, kHuge, kTooLarge)},
                     {{in(0), kB, out(0), kH, 1024}});
    SageArgs s;
    s.q = in(0), s.k = in(1), s.v = in(2), s.o = out(0), s.q_at = s.k_at = s.v_at = s.o_at = kAt;
    s.norms = {in(3), in(4), in(5), 1e-6f, true}, s.batch = s.heads = 1, s.tokens = 8, s.workspace = out(1);
    const std::vector<Case<SageArgs>> cases = {NULLED(q),
                                               NULLED(k),
                                               NULLED(v),
                                               NULLED(o),
                                               NULLED(workspace),
                                               NULLED(norms.q_weight),
                                               SHIFTED(q, 8),
                                               SHIFTED(k, 8),
                                               SHIFTED(v, 8),
                                               SHIFTED(o, 8),
                                               SHIFTED(workspace, 128),
                                               SHIFTED(norms.rotation, 4),
                                               SET(k_at.head, 256, kInvalidArgument),
                                               SET(v_at.token, 4, kInvalidArgument),
                                               SET(tokens, 0, kInvalidArgument),
                                               SET(tokens, kHuge, kTooLarge),
                                               SET(heads, 1 << 17, kTooLarge),
                                               small_device<SageArgs>()};
    const std::vector<Probe> probes = {
        {in(0), kB, out(0), kB, 1024}, {in(1), kB, out(0), kB, 1024, true}, {in(2), kB, out(0), kB, 1024}};
    for (const int capability : {80, 89, 90})
        audit("sage_attention", &sage_attention, s, cases, probes, capability);
    s.values = SageValues::kFp8;
    audit<SageArgs>("sage_attention", &sage_attention, s,
                    {{"no fp8", kNotSupported, [](auto&) { shim::options().capability = 80; }}}, {}, 90);
}

TEST(BadInput, Sla) {
    audit<PoolBlocksArgs>("pool_blocks", &pool_blocks, {in(0), kAt, in(1), out(0), 1, 1, 8, 64},
                          {NULLED(x), NULLED(pooled), SHIFTED(x, 8), SHIFTED(pooled, 2), SHIFTED(mean, 4),
                           SET(block, 63, kInvalidArgument), SET(tokens, 0, kInvalidArgument),
                           SET(tokens, kHuge, kTooLarge), SET(heads, kMuch, kTooLarge)},
                          {{in(0), kB, out(0), kB, 128}});
    BlockMapArgs m{in(0), in(1), 1, 2, 3, 2, out<std::int32_t>(0), out<std::int32_t>(1), 2};
    audit<BlockMapArgs>(
        "block_map", &block_map, m,
        {NULLED(q_pooled), NULLED(k_pooled), NULLED(list), NULLED(count), SHIFTED(q_pooled, 8), SHIFTED(list, 2),
         SET(keep, 0, kInvalidArgument), SET(keep, 4, kInvalidArgument), SET(list_stride, 1, kInvalidArgument),
         SET(heads, -1, kInvalidArgument), SET(heads, kHuge, kTooLarge), SET(query_blocks, kHuge, kTooLarge),
         SET(key_blocks, kMuch, kTooLarge)},
        {});
    KeyStateArgs k;
    k.k = in(0), k.v = in(1), k.k_at = k.v_at = kAt, k.proj = in(2), k.state = out(0), k.z = out(1),
    k.workspace = out(2);
    k.batch = k.heads = 1, k.tokens = 8;
    audit<KeyStateArgs>("key_state", &key_state, k,
                        {NULLED(k), NULLED(v), NULLED(state), NULLED(z), NULLED(workspace), SHIFTED(k, 8),
                         SHIFTED(v, 4), SHIFTED(proj, 4), SHIFTED(state, 8), SET(k_at.token, 2, kInvalidArgument),
                         SET(tokens, 0, kInvalidArgument), SET(tokens, kHuge, kTooLarge), SET(batch, kHuge, kTooLarge)},
                        {{in(0), kB, out(1), kF, 128, true}, {in(1), kB, out(0), kB, 128 * 128}});
    LinearBranchArgs b;
    b.q = in(0), b.o = out(0), b.q_at = b.o_at = kAt, b.state = in(1), b.z = in(2), b.bias = in(3);
    b.batch = b.heads = 1, b.tokens = 8;
    audit<LinearBranchArgs>(
        "linear_branch", &linear_branch, b,
        {NULLED(q), NULLED(o), NULLED(state), NULLED(z), SHIFTED(q, 8), SHIFTED(o, 8), SHIFTED(z, 4), SHIFTED(bias, 4),
         SET(o_at.batch, 3, kInvalidArgument), SET(tokens, 0, kInvalidArgument), SET(heads, 70000, kTooLarge)},
        {});
    SlaArgs s;
    s.q = in(0), s.k = in(1), s.v = in(2), s.o = out(0), s.q_at = s.k_at = s.v_at = s.o_at = kAt, s.batch = s.heads = 1;
    s.tokens = 8, s.proj = in(3), s.bias = in(4), s.norms = {in(5), in(6), in(7), 1e-6f, true}, s.workspace = out(1);
    for (const bool is_int8 : {false, true}) {
        s.is_int8 = is_int8;
        audit<SlaArgs>(
            "sla_attention", &sla_attention, s,
            {NULLED(q),
             NULLED(k),
             NULLED(v),
             NULLED(o),
             NULLED(workspace),
             NULLED(norms.k_weight),
             SHIFTED(q, 8),
             SHIFTED(v, 8),
             SHIFTED(o, 8),
             SHIFTED(workspace, 64),
             SHIFTED(proj, 4),
             SHIFTED(bias, 2),
             SET(topk, 0, kInvalidArgument),
             SET(topk, NAN, kInvalidArgument),
             SET(topk, 1.5, kInvalidArgument),
             SET(q_at.token, 4, kInvalidArgument),
             SET(tokens, 0, kInvalidArgument),
             SET(tokens, kHuge, kTooLarge),
             SET(heads, kHuge, kTooLarge),
             small_device<SlaArgs>()},
            {{in(0), kB, out(0), kB, 1024}, {in(1), kB, out(0), kB, 1024, true}, {in(2), kB, out(0), kB, 1024}});
    }
}

TEST(BadInput, Video) {
    ConvArgs c;
    c.x = in(0), c.before = in(1), c.w = in(2), c.bias = in(3), c.residual = in(4), c.y = out(0);
    c.frames = 1, c.history = 2, c.height = c.width = 3, c.in_channels = c.out_channels = 8, c.w_stride = 216;
    audit<ConvArgs>("conv_frames", &conv_frames, c,
                    {NULLED(x),
                     NULLED(w),
                     NULLED(y),
                     SHIFTED(x, 8),
                     SHIFTED(before, 2),
                     SHIFTED(w, 8),
                     SHIFTED(bias, 4),
                     SHIFTED(residual, 4),
                     SHIFTED(y, 4),
                     {"y is x", kInvalidArgument, [](auto& a) { a.y = const_cast<void*>(a.x); }},
                     SET(frames, -1, kInvalidArgument),
                     SET(history, -1, kInvalidArgument),
                     SET(height, 0, kInvalidArgument),
                     SET(in_channels, 0, kInvalidArgument),
                     SET(out_channels, kHuge, kTooLarge),
                     SET(frames, kHuge, kTooLarge),
                     SET(width, 70000, kTooLarge),
                     SET(kernel_h, 4, kInvalidArgument),
                     SET(time_stride, 0, kInvalidArgument),
                     SET(pad_near, 3, kInvalidArgument),
                     SET(w_stride, 208, kInvalidArgument),
                     SET(w_stride, 220, kInvalidArgument),
                     SET(x_type, kH, kUnsupportedType),
                     SET(y_type, DType::kI8, kUnsupportedType)},
                    {{in(0), kB, out(0), kB, 72}, {in(1), kB, out(0), kB, 72}, {in(2), kB, out(0), kB, 72}});
    NormSiluPadArgs n;
    n.x = in(0), n.gamma = in(1), n.before = in(2), n.y = out(0), n.frames = 1, n.height = n.width = 2, n.channels = 16;
    audit<NormSiluPadArgs>("norm_silu_pad", &norm_silu_pad, n,
                           {NULLED(x),
                            NULLED(gamma),
                            NULLED(y),
                            SHIFTED(x, 8),
                            SHIFTED(gamma, 4),
                            SHIFTED(before, 8),
                            SHIFTED(y, 2),
                            {"y is x", kInvalidArgument, [](auto& a) { a.y = const_cast<void*>(a.x); }},
                            SET(frames, -1, kInvalidArgument),
                            SET(channels, 12, kInvalidArgument),
                            SET(channels, 2048, kTooLarge),
                            SET(history, 3, kInvalidArgument),
                            SET(height, kHuge, kTooLarge),
                            SET(frames, kMuch, kTooLarge),
                            SET(type, DType::kE4M3, kUnsupportedType)},
                           {{in(0), kB, out(0), kB, 3 * 16 * 16}});
    audit<ToRgb8Args>("to_rgb8", &to_rgb8, {arena().zeros, out<std::uint8_t>(0), out<std::uint32_t>(1), 1, 2, 2, 4, kF},
                      {NULLED(x), NULLED(rgb), SHIFTED(x, 2), SHIFTED(not_finite, 1), SET(width, -2, kInvalidArgument),
                       SET(channel_stride, 3, kInvalidArgument), SET(frames, kHuge, kTooLarge),
                       SET(height, kMuch, kTooLarge), SET(type, DType::kI8, kUnsupportedType)},
                      {});
}

// Launchers are found where they are declared, so that a new one cannot be forgotten here.
TEST(BadInputTable, HoldsEveryLauncherOfTheHeaders) {
    std::set<std::string> declared;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(STUDIO_KERNELS)) {
        if (entry.path().extension() != ".h") continue;
        std::ifstream file(entry.path());
        for (std::string line; std::getline(file, line);) {
            // Status name(const SomeArgs& args, Stream stream) noexcept;
            const std::size_t open = line.find('(');
            const bool takes_stream = line.ends_with("& args, Stream stream) noexcept;");
            if (line.starts_with("Status ") && takes_stream) declared.insert(line.substr(7, open - 7));
        }
    }
    EXPECT_GT(declared.size(), 25u);
    EXPECT_EQ(declared, audited());
    std::printf("%zu launchers, %d refusals tried\n", audited().size(), refusals());
}

}  // namespace
}  // namespace studio::kernels

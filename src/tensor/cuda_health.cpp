#include "tensor/cuda_health.h"

#include <ATen/CPUGeneratorImpl.h>
#include <fmt/format.h>

#include <array>
#include <functional>

#include "core/log.h"
#include "tensor/cuda_kernels.h"
#include "tensor/cuda_ops.h"
#include "tensor/cuda_video.h"

namespace studio::ops {
namespace {

constexpr std::size_t kOps = static_cast<std::size_t>(CudaOp::kCount);
constexpr std::array<const char*, kOps> kNames{"rms_norm", "layer_norm",   "gate_residual",  "gelu",   "attention",
                                               "sla",      "sagesla",      "sage",           "linear", "linear_input",
                                               "conv",     "channel_norm", "frames_to_bytes"};
constexpr std::array<const char*, kOps> kFailures{
    "rms_norm failed its self-test here",       "layer_norm failed its self-test here",
    "gate_residual failed its self-test here",  "gelu failed its self-test here",
    "attention failed its self-test here",      "sla failed its self-test here",
    "sagesla failed its self-test here",        "sage failed its self-test here",
    "linear failed its self-test here",         "linear_input failed its self-test here",
    "conv failed its self-test here",           "channel_norm failed its self-test here",
    "frames_to_bytes failed its self-test here"};

struct Answers {
    at::Tensor got, want;
};
struct Trial {
    CudaOp op;
    double bound;
    std::function<Answers(const CudaTable&, at::Device)> run;
};

at::Tensor noise(at::IntArrayRef shape, at::ScalarType type) {
    static at::Generator generator = at::detail::createCPUGenerator(20240901);
    return at::randn(shape, generator).to(type);
}

Answers self_attention_of(AttentionKind kind, const CudaTable& table, at::Device device) {
    AttentionInputs in{noise({1, 300, 2, 128}, at::kBFloat16),
                       noise({1, 300, 2, 128}, at::kBFloat16),
                       noise({1, 300, 2, 128}, at::kBFloat16),
                       noise({128, 128}, at::kBFloat16) * 0.09,
                       noise({128}, at::kBFloat16),
                       {}};
    SelfAttention how;
    how.kind = kind, how.topk = 0.4;
    const AttentionInputs there{in.q.to(device),           in.k.to(device),         in.v.to(device),
                                in.proj_weight.to(device), in.proj_bias.to(device), {}};
    return {cuda_self_attention(table, there, how).flatten(2), self_attention(in, how)};
}

// Norm, product with GELU, product with gated residual, each of them fused with its neighbour.
Answers linear_chain(const CudaTable& t, at::Device d) {
    const at::Tensor x = noise({200, 256}, at::kFloat), m = noise({2, 256}, at::kFloat);
    const at::Tensor in_bias = noise({384}, at::kBFloat16), out_bias = noise({256}, at::kBFloat16);
    const Int8Tiles in = quantize_tiles(noise({384, 256}, at::kFloat) * 0.06);
    const Int8Tiles out = quantize_tiles(noise({256, 384}, at::kFloat) * 0.05);
    const std::array<TokenRun, 2> runs{{{0, 90, 1}, {90, 200, 0}}};
    const auto there = [&](const Int8Tiles& w) { return Int8Tiles{w.values.to(d), w.scale.to(d)}; };
    at::Tensor got = x.to(d, at::kFloat, false, true), want = x.clone();
    const TiledRows rows = cuda_norm_rows(t, x.to(d), {{}, {}, m.to(d), m.to(d), runs, 1e-6, at::kBFloat16});
    const TiledRows hidden = cuda_product_gelu(t, rows, there(in), in_bias.to(d));
    cuda_product_add_(t, got, hidden, there(out), out_bias.to(d), m.to(d), runs);
    at::Tensor plain = linear_w8a8(layer_norm_modulate(x, m, m, runs, 1e-6, at::kBFloat16), in, in_bias);
    gelu_tanh_(plain);
    gate_residual_(want, linear_w8a8(plain, out, out_bias), m, runs);
    return {got - x.to(d), want - x};
}

const std::vector<Trial>& trials() {
    static const std::vector<Trial> all{
        {CudaOp::kRmsNorm, 6e-3,
         [](const CudaTable& t, at::Device d) -> Answers {
             const at::Tensor x = noise({70, 1536}, at::kBFloat16), w = noise({1536}, at::kFloat),
                              r = noise({70, 64, 2}, at::kFloat);
             return {cuda_rms_norm(t, x.to(d), w.to(d), 1e-6, r.to(d)), rms_norm_rope(x.clone(), w, 1e-6, r)};
         }},
        {CudaOp::kLayerNorm, 4e-3,
         [](const CudaTable& t, at::Device d) -> Answers {
             const at::Tensor x = noise({70, 1536}, at::kFloat), s = noise({2, 1536}, at::kFloat);
             const std::array<TokenRun, 2> runs{{{0, 33, 1}, {33, 70, 0}}};
             return {cuda_layer_norm_modulate(t, x.to(d), s.to(d), s.to(d), runs, 1e-6, at::kBFloat16),
                     layer_norm_modulate(x, s, s, runs, 1e-6, at::kBFloat16)};
         }},
        {CudaOp::kGateResidual, 1e-5,
         [](const CudaTable& t, at::Device d) -> Answers {
             const at::Tensor x = noise({70, 1536}, at::kFloat), y = noise({70, 1536}, at::kBFloat16),
                              g = noise({1, 1536}, at::kFloat);
             const std::array<TokenRun, 1> runs{{{0, 70, 0}}};
             at::Tensor want = x.clone(), got = x.to(d, x.scalar_type(), false, true);
             cuda_gate_residual_(t, got, y.to(d), g.to(d), runs);
             gate_residual_(want, y, g, runs);
             return {got, want};
         }},
        {CudaOp::kGelu, 4e-3,
         [](const CudaTable& t, at::Device d) -> Answers {
             const at::Tensor x = noise({5000}, at::kBFloat16) * 3;
             at::Tensor want = x.clone(), got = x.to(d, x.scalar_type(), false, true);
             cuda_gelu_tanh_(t, got);
             gelu_tanh_(want);
             return {got, want};
         }},
        {CudaOp::kAttention, 6e-3,
         [](const CudaTable& t, at::Device d) -> Answers {
             const at::Tensor q = noise({1, 200, 2, 128}, at::kBFloat16), k = noise({1, 330, 2, 128}, at::kBFloat16),
                              v = noise({1, 330, 2, 128}, at::kBFloat16);
             return {cuda_attention(t, q.to(d), k.to(d), v.to(d), 0.09).flatten(2),
                     attention(q.to(at::kFloat), k.to(at::kFloat), v.to(at::kFloat), {}, 0.09)};
         }},
        {CudaOp::kSla, 1e-2,
         [](const CudaTable& t, at::Device d) { return self_attention_of(AttentionKind::kSla, t, d); }},
        {CudaOp::kSageSla, 6e-2,
         [](const CudaTable& t, at::Device d) { return self_attention_of(AttentionKind::kSageSla, t, d); }},
        {CudaOp::kSage, 6e-2,  // fp8 values on some devices
         [](const CudaTable& t, at::Device d) { return self_attention_of(AttentionKind::kSage, t, d); }},
        {CudaOp::kLinear, 4e-3,
         [](const CudaTable& t, at::Device d) -> Answers {
             const at::Tensor x = noise({200, 640}, at::kBFloat16), bias = noise({264}, at::kBFloat16);
             const Int8Tiles w = quantize_tiles(noise({264, 640}, at::kFloat) * 0.04);
             return {cuda_linear_w8a8(t, x.to(d), {w.values.to(d), w.scale.to(d)}, bias.to(d)),
                     linear_w8a8(x, w, bias)};
         }},
        {CudaOp::kLinearInput, 1e-2, linear_chain},
        {CudaOp::kConv, 6e-3,
         [](const CudaTable& t, at::Device d) -> Answers {
             const at::Tensor x = noise({2, 9, 15, 96}, at::kFloat), before = noise({2, 9, 15, 96}, at::kFloat);
             const at::Tensor w = noise({104, 96, 3, 3, 3}, at::kFloat) * 0.02, bias = noise({104}, at::kFloat);
             const at::Tensor added = noise({2, 9, 15, 104}, at::kFloat);
             const ConvShape same{.space_padding = 1};
             return {cuda_conv(t, before.to(d), x.to(d), w.to(d), bias.to(d), same, added.to(d)),
                     causal_conv(before, x, conv_weight(w), bias, same, added)};
         }},
        {CudaOp::kChannelNorm, 1e-5,
         [](const CudaTable& t, at::Device d) -> Answers {
             const at::Tensor x = noise({2, 3, 5, 96}, at::kFloat), gamma = noise({96}, at::kFloat);
             at::Tensor want = at::empty_like(x), got = at::empty_like(x.to(d));
             cuda_channel_norm(t, x.to(d), gamma.to(d), true, got);
             channel_norm_into(x, gamma, true, want);
             return {got, want};
         }},
        {CudaOp::kFrameBytes, 1e-3, [](const CudaTable& t, at::Device d) -> Answers {
             const at::Tensor x = noise({3, 2, 7, 9}, at::kFloat);
             return {cuda_bytes(t, x.to(d)), frames_to_bytes(x)};
         }}};
    return all;
}

KernelCheck run(const Trial& trial, const CudaTable& table, at::Device device) {
    KernelCheck check{trial.op, false, std::numeric_limits<double>::quiet_NaN(), trial.bound, {}};
    try {
        const Answers answers = trial.run(table, device);
        const at::Tensor got = answers.got.to(at::kCPU).to(at::kDouble).reshape(-1);
        const at::Tensor want = answers.want.to(at::kDouble).reshape(-1);
        check.difference = ((got - want).norm() / want.norm()).item<double>();
        check.passed = check.difference <= trial.bound;  // NaN fails
        if (!check.passed) {
            check.message = fmt::format("differs from the processor's answer by {:.2g}, allowed is {:.2g}",
                                        check.difference, trial.bound);
        }
    } catch (const std::exception& error) {
        check.message = error.what();
    }
    return check;
}

std::array<const char*, kOps> find_failures() {
    std::array<const char*, kOps> failures{};
    const CudaTable* table = cuda_kernels().table;
    if (table == nullptr) return failures;
    for (const KernelCheck& check : check_kernels(*table, at::Device(at::kCUDA))) {
        if (check.passed) continue;
        const auto at = static_cast<std::size_t>(check.op);
        failures[at] = kFailures[at];
        log::warning("The CUDA kernel {} is switched off: {}.", kNames[at], check.message);
    }
    return failures;
}

}  // namespace

const char* to_string(CudaOp op) noexcept {
    const auto at = static_cast<std::size_t>(op);
    return at < kOps ? kNames[at] : "?";
}

std::vector<KernelCheck> check_kernels(const CudaTable& table, at::Device device) {
    std::vector<KernelCheck> checks;
    for (const Trial& trial : trials())
        checks.push_back(run(trial, table, device));
    return checks;
}

const char* cuda_health(CudaOp op) {
    static const std::array<const char*, kOps> failures = find_failures();
    return failures[static_cast<std::size_t>(op)];
}

}  // namespace studio::ops

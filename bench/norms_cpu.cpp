// The fused row operations of a DiT block beside the same chains of LibTorch operations, in one run, interleaved; bf16
// chains as the source runs them.   norms_cpu --rows 2048 --dim 1536
#include "bench/measure.h"
#include "tensor/compute.h"
#include "tensor/ops.h"

namespace studio {
namespace {

double error(const at::Tensor& got, const at::Tensor& want) {
    return ((got.to(at::kDouble).flatten() - want.flatten()).norm() / want.norm()).item<double>();
}

at::Tensor rotated(const at::Tensor& x, const at::Tensor& table) {
    const at::Tensor pairs = x.unflatten(-1, {-1, 2});
    const at::Tensor a = pairs.select(-1, 0), b = pairs.select(-1, 1);
    const at::Tensor c = table.select(-1, 0).unsqueeze(1), s = table.select(-1, 1).unsqueeze(1);
    return at::stack({a * c - b * s, a * s + b * c}, -1).flatten(-2);
}

at::Tensor rms(const at::Tensor& x, const at::Tensor& weight) {
    return (x * (x.square().mean(-1, true) + 1e-6).rsqrt()) * weight;
}

/// Everything of one DiT block that is no linear and no attention, in order: products are stood for by fixed tensors.
struct Chain {
    Chain(std::int64_t tokens, std::int64_t width)
        : rows(tokens),
          dim(width),
          x(at::randn({rows, dim})),
          y(at::randn({rows, dim})),
          hidden(at::randn({rows, dim * 35 / 6})),
          m(at::randn({6, dim}) * 0.3),
          weight(at::rand({dim}) + 0.5),
          bias(at::randn({dim}) * 0.1) {
        const at::Tensor angle = at::rand({rows, 64}) * 6.0;
        table = at::stack({angle.cos(), angle.sin()}, -1).contiguous();
    }

    /// `type`: of the residual stream and of what operations hand on. fp32 inside norms, as the source's modules.
    at::Tensor library(at::ScalarType type) const {
        const auto wide = [](const at::Tensor& t) { return t.scalar_type() == at::kDouble ? t : t.to(at::kFloat); };
        const auto of = [&](const at::Tensor& t) { return t.to(type); };
        const auto norm = [&](const at::Tensor& t) { return at::layer_norm(wide(t), {dim}, {}, {}, 1e-6).to(type); };
        const auto modulate = [&](const at::Tensor& t, std::int64_t first) {
            return (wide(norm(t)) * (m[first + 1].to(wide(t).scalar_type()) + 1.0) + m[first]).to(type);
        };
        const auto turned = [&](const at::Tensor& t) {
            const at::Tensor f = wide(t),
                             scaled = (f * (f.square().mean(-1, true) + 1e-6).rsqrt()).to(type) * of(weight);
            return rotated(wide(scaled).view({rows, -1, 128}), table.to(f.scalar_type())).to(type);
        };
        const at::Tensor from = of(y), in = of(hidden);
        at::Tensor stream = of(x);
        at::Tensor sink = modulate(stream, 0).slice(0, 0, 1) + turned(from).view({rows, dim}).slice(0, 0, 1) +
                          turned(from).view({rows, dim}).slice(0, 0, 1);
        stream = stream + from * of(m[2]);
        const at::Tensor affine = at::layer_norm(wide(stream), {dim}, weight.to(wide(stream).scalar_type()),
                                                 bias.to(wide(stream).scalar_type()), 1e-6)
                                      .to(type);
        const at::Tensor f = wide(from);
        sink = sink + affine.slice(0, 0, 1) +
               ((f * (f.square().mean(-1, true) + 1e-6).rsqrt()).to(type) * of(weight)).slice(0, 0, 1);
        stream = stream + from;
        sink = sink + modulate(stream, 3).slice(0, 0, 1) + at::gelu(in, "tanh").slice(0, 0, 1).slice(1, 0, dim);
        stream = stream + from * of(m[5]);
        return at::cat({stream, sink});
    }

    /// The same through the door. rms_norm_rope_ and GELU work in place: on copies made before the timer.
    at::Tensor own(at::Tensor& stream, at::Tensor& q, at::Tensor& k, at::Tensor& inside) const {
        const std::vector<ops::TokenRun> runs{{0, rows, 0}};
        const auto row = [&](std::int64_t i) { return m.slice(0, i, i + 1); };
        at::Tensor sink = ops::layer_norm_modulate(stream, row(0), row(1), runs, 1e-6, at::kFloat).slice(0, 0, 1) +
                          ops::rms_norm_rope(q, weight, 1e-6, table).view({rows, dim}).slice(0, 0, 1) +
                          ops::rms_norm_rope(k, weight, 1e-6, table).view({rows, dim}).slice(0, 0, 1);
        ops::gate_residual_(stream, y, row(2), runs);
        sink = sink + ops::layer_norm(stream, weight, bias, 1e-6, at::kFloat).slice(0, 0, 1) +
               ops::rms_norm(y, weight, 1e-6).slice(0, 0, 1);
        stream.add_(y);
        sink = sink + ops::layer_norm_modulate(stream, row(3), row(4), runs, 1e-6, at::kFloat).slice(0, 0, 1);
        ops::gelu_tanh_(inside);
        sink = sink + inside.slice(0, 0, 1).slice(1, 0, dim);
        ops::gate_residual_(stream, y, row(5), runs);
        return at::cat({stream, sink});
    }

    std::int64_t rows, dim;
    at::Tensor x, y, hidden, m, weight, bias, table;
};

void show_chain(std::int64_t rows, std::int64_t dim, int repeats) {
    const Chain chain(rows, dim);
    at::Tensor a, b, c, stream = chain.x.clone(), q = chain.y.clone(), k = chain.y.clone(), h = chain.hidden.clone();
    const at::Tensor first = chain.own(stream, q, k, h);  // later runs work on what it left: only their time counts
    std::vector<bench::Contender> all{{"LibTorch chain, fp32", [&] { a = chain.library(at::kFloat); }},
                                      {"LibTorch chain, bf16", [&] { b = chain.library(at::kBFloat16); }},
                                      {"own, fp32", [&] { c = chain.own(stream, q, k, h); }}};
    std::printf(
        "\nall of one block: 2 norms with modulation, 2 rotations, norm, RMS norm, GELU of 35/6 of the width, 2 gates, "
        "sum\n");
    bench::interleave(all, repeats);
    const at::Tensor want = chain.library(at::kDouble);
    bench::print(all, {error(a, want.flatten()), error(b, want.flatten()), error(first, want.flatten())});
}

int run(int argc, char** argv) {
    const c10::InferenceMode mode;
    static_cast<void>(choose_compute("cpu", "fp32"));  // with the program's memory cache, for every side
    auto o = bench::numbers(argc, argv, {{"rows", 2048}, {"dim", 1536}, {"repeats", 9}, {"threads", 0}});
    if (o["threads"] > 0) at::set_num_threads(int(o["threads"]));
    const std::int64_t rows = std::int64_t(o["rows"]), dim = std::int64_t(o["dim"]) / 128 * 128, heads = dim / 128;
    const at::Tensor x = at::randn({rows, dim}), y = at::randn({rows, dim}), weight = at::rand({dim}) + 0.5;
    const at::Tensor shift = at::randn({1, dim}), scale = at::randn({1, dim}) * 0.3;
    const at::Tensor angle = at::rand({rows, 64}) * 6.0, table = at::stack({angle.cos(), angle.sin()}, -1).contiguous();
    const std::vector<ops::TokenRun> runs{{0, rows, 0}};
    const at::Tensor x16 = x.to(at::kBFloat16), y16 = y.to(at::kBFloat16);
    const auto norm = [&](const at::Tensor& t) { return at::layer_norm(t, {dim}, {}, {}, 1e-6); };
    std::printf("%d threads, load %.2f; %ld rows of %ld\n", at::get_num_threads(), bench::load_average(), long(rows),
                long(dim));
    const auto show = [&](const char* title, std::vector<bench::Contender> all, const std::vector<double>& errors) {
        std::printf("\n%s\n", title);
        bench::interleave(all, int(o["repeats"]));
        bench::print(all, errors);
    };
    const auto wide = [](const at::Tensor& t) { return t.to(at::kDouble); };

    at::Tensor a, b, c;
    const auto modulate32 = [&] { a = norm(x) * (scale + 1.0) + shift; };
    const auto modulate16 = [&] {
        b = (norm(x16.to(at::kFloat)).to(at::kBFloat16).to(at::kFloat) * (scale + 1.0) + shift).to(at::kBFloat16);
    };
    const auto fused = [&] { c = ops::layer_norm_modulate(x, shift, scale, runs, 1e-6, at::kFloat); };
    modulate32(), modulate16(), fused();
    const at::Tensor modulated = at::layer_norm(wide(x), {dim}, {}, {}, 1e-6) * (wide(scale) + 1.0) + wide(shift);
    show("layer norm and modulation",
         {{"LibTorch chain, fp32", modulate32}, {"LibTorch chain, bf16", modulate16}, {"own, fp32", fused}},
         {error(a, modulated), error(b, modulated), error(c, modulated)});

    const auto rope32 = [&] { a = rotated(rms(x, weight).view({rows, heads, 128}), table); };
    const auto rope16 = [&] {
        const at::Tensor f = x16.to(at::kFloat);
        const at::Tensor normed =
            (f * (f.square().mean(-1, true) + 1e-6).rsqrt()).to(at::kBFloat16) * weight.to(at::kBFloat16);
        b = rotated(normed.to(at::kFloat).view({rows, heads, 128}), table).to(at::kBFloat16);
    };
    at::Tensor buffer = x.clone();  // overwritten: only the time of later calls counts
    const auto own_rope = [&] { c = ops::rms_norm_rope(buffer, weight, 1e-6, table); };
    rope32(), rope16();
    const at::Tensor turned = rotated(rms(wide(x), wide(weight)).view({rows, heads, 128}), wide(table));
    const std::vector<double> rope_errors{error(a, turned), error(b, turned),
                                          error(ops::rms_norm_rope(x.clone(), weight, 1e-6, table), turned)};
    show("RMS norm of queries and rotation",
         {{"LibTorch chain, fp32", rope32}, {"LibTorch chain, bf16", rope16}, {"own, fp32", own_rope}}, rope_errors);

    at::Tensor r32 = x.clone(), r16 = x16.clone(), own = x.clone();
    const at::Tensor g16 = scale.to(at::kBFloat16);
    const auto gate32 = [&] { r32 = r32 + y * scale; };
    const auto gate16 = [&] { r16 = r16 + y16 * g16; };
    const auto own_gate = [&] { ops::gate_residual_(own, y, scale, runs); };
    gate32(), gate16(), own_gate();
    const at::Tensor gated = wide(x) + wide(y) * wide(scale);
    const std::vector<double> gate_errors{error(r32, gated), error(r16, gated), error(own, gated)};
    show("gate and residual",
         {{"LibTorch chain, fp32", gate32}, {"LibTorch chain, bf16", gate16}, {"own, fp32", own_gate}}, gate_errors);

    const at::Tensor gelu_want = at::gelu(wide(x), "tanh");
    at::Tensor g = x.clone();
    ops::gelu_tanh_(g);
    const std::vector<double> gelu_errors{error(at::gelu(x, "tanh"), gelu_want),
                                          error(at::gelu(x16, "tanh"), gelu_want), error(g, gelu_want)};
    show("GELU (tanh)",
         {{"LibTorch, fp32", [&] { a = at::gelu(x, "tanh"); }},
          {"LibTorch, bf16", [&] { b = at::gelu(x16, "tanh"); }},
          {"own, fp32, in place", [&] { ops::gelu_tanh_(g); }}},
         gelu_errors);
    show_chain(rows, dim, int(o["repeats"]));
    return 0;
}

}  // namespace
}  // namespace studio

int main(int argc, char** argv) {
    return studio::run(argc, argv);
}

// One DiT block of 1.3B width (1536, 12 heads, feed-forward 8960, 512 context rows) in this program beside the same
// block of LibTorch operations with its best kernels (linear, scaled_dot_product_attention, layer_norm, fused tanh
// GELU), eager, fp32: one run, interleaved, medians. Keys and values of the context are made before the timer on every
// side, as once per prompt. Errors are those of what the block adds to its input, against fp64 arithmetic on the
// values; weights of the W8A8 rows are quantised once, outside the timer; SLA computes another function, so its error
// is against fp64 of dense attention and says little.
//   dit_block --tokens 1024 [--dim 1536 --heads 12 --ffn 8960 --text 512 --topk 0.1 --repeats 5 --threads 0]
#include "model/dit_block.h"

#include "bench/measure.h"
#include "model/rope_table.h"
#include "tensor/compute.h"
#include "tensor/op_choice.h"
#include "tensor/w8a8.h"

namespace studio {
namespace {

struct Sizes {
    std::int64_t tokens, dim, heads, ffn, text;
};

Linear dense(std::int64_t out, std::int64_t in) {
    Linear layer;
    layer.weight = at::randn({out, in}) / std::sqrt(double(in));
    layer.bias = at::randn({out}) * 0.1;
    return layer;
}

Linear in_8_bits(const Linear& layer) {
    const Int8Tiles tiles = ops::quantize_tiles(layer.weight.dense());
    StoredRows stored;
    stored.dtype = io::DType::kI8;
    stored.rows = tiles.values.size(0);
    stored.columns = tiles.values.size(1);
    stored.bytes = tiles.values.view(at::kByte).flatten();
    stored.scaling = WeightScale::kTile;
    stored.scale = tiles.scale.flatten();
    Linear result;
    result.weight = LinearWeight(stored, at::kFloat, at::kCPU);
    result.bias = layer.bias;
    result.quantize_input = true;
    return result;
}

AttentionWeights random_attention(std::int64_t dim) {
    AttentionWeights w;
    for (Linear* layer : {&w.q, &w.k, &w.v, &w.o})
        *layer = dense(dim, dim);
    w.norm_q = at::rand({dim}) + 0.5;
    w.norm_k = at::rand({dim}) + 0.5;
    return w;
}

DitBlockWeights random_block(const Sizes& s) {
    DitBlockWeights w;
    w.modulation = at::randn({6, s.dim}) * 0.3;
    w.self_attention = random_attention(s.dim);
    const std::int64_t head = s.dim / s.heads;
    w.self_attention.proj_l = {at::randn({head, head}) / std::sqrt(double(head)), at::zeros({head})};
    w.cross_attention = random_attention(s.dim);
    w.cross_norm = {at::rand({s.dim}) + 0.5, at::randn({s.dim}) * 0.1};
    w.ffn_in = dense(s.ffn, s.dim);
    w.ffn_out = dense(s.dim, s.ffn);
    return w;
}

DitBlockWeights in_8_bits(DitBlockWeights w) {
    for (AttentionWeights* a : {&w.self_attention, &w.cross_attention})
        for (Linear* layer : {&a->q, &a->k, &a->v, &a->o})
            *layer = in_8_bits(*layer);
    w.ffn_in = in_8_bits(w.ffn_in);
    w.ffn_out = in_8_bits(w.ffn_out);
    return w;
}

/// The block in LibTorch operations, in the type of `type`.
class Peer {
  public:
    Peer(const DitBlockWeights& w, const Sizes& s, const at::Tensor& time, const at::Tensor& rope, at::ScalarType type)
        : w_(w),
          s_(s),
          type_(type),
          cos_(table(rope, 0)),
          sin_(table(rope, 1)),
          m_((w.modulation + time)[0].to(type)) {}

    void context(const at::Tensor& text) {
        const AttentionWeights& w = w_.cross_attention;
        k_ = heads(rms(run(w.k, text.to(type_)), w.norm_k));
        v_ = heads(run(w.v, text.to(type_)));
    }

    at::Tensor operator()(const at::Tensor& input) const {
        at::Tensor x = input;
        const AttentionWeights& own = w_.self_attention;
        const at::Tensor a = norm(x) * (1 + m_[1]) + m_[0];
        const at::Tensor q = turned(heads(rms(run(own.q, a), own.norm_q)));
        const at::Tensor k = turned(heads(rms(run(own.k, a), own.norm_k)));
        x = x + run(own.o, attend(q, k, heads(run(own.v, a)))) * m_[2];
        const AttentionWeights& cross = w_.cross_attention;
        const at::Tensor c =
            at::layer_norm(x, {s_.dim}, w_.cross_norm.weight.to(type_), w_.cross_norm.bias.to(type_), 1e-6);
        x = x + run(cross.o, attend(heads(rms(run(cross.q, c), cross.norm_q)), k_, v_));
        const at::Tensor b = norm(x) * (1 + m_[4]) + m_[3];
        return x + run(w_.ffn_out, at::gelu(run(w_.ffn_in, b), "tanh")) * m_[5];
    }

  private:
    at::Tensor table(const at::Tensor& rope, std::int64_t i) const { return rope.select(-1, i).unsqueeze(0).to(type_); }
    at::Tensor norm(const at::Tensor& x) const { return at::layer_norm(x, {s_.dim}, {}, {}, 1e-6); }
    at::Tensor rms(const at::Tensor& x, const at::Tensor& weight) const {
        return x * (x.square().mean(-1, true) + 1e-6).rsqrt() * weight.to(type_);
    }
    at::Tensor run(const Linear& layer, const at::Tensor& x) const {
        return at::linear(x, layer.weight.dense().to(type_), layer.bias.to(type_));
    }
    // [L, D] -> [1, heads, L, head_dim]
    at::Tensor heads(const at::Tensor& x) const { return x.view({1, x.size(0), s_.heads, -1}).transpose(1, 2); }
    at::Tensor turned(const at::Tensor& x) const {
        const at::Tensor pairs = x.unflatten(-1, {-1, 2}), a = pairs.select(-1, 0), b = pairs.select(-1, 1);
        return at::stack({a * cos_ - b * sin_, a * sin_ + b * cos_}, -1).flatten(-2);
    }
    at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) const {
        return at::scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape({q.size(2), s_.dim});
    }

    const DitBlockWeights& w_;
    Sizes s_;
    at::ScalarType type_;
    at::Tensor cos_, sin_, m_, k_, v_;
};

DitContext::Block context_of(const DitBlockWeights& w, const Sizes& s, const at::Tensor& text) {
    const auto heads = [&](const at::Tensor& x) { return x.view({1, x.size(0), s.heads, -1}); };
    const AttentionWeights& a = w.cross_attention;
    return {heads(ops::rms_norm(ops::linear(text, a.k), a.norm_k, 1e-6)), heads(ops::linear(text, a.v)), {}, {}};
}

int run(int argc, char** argv) {
    const c10::InferenceMode mode;
    static_cast<void>(choose_compute("cpu", "fp32"));  // with the program's memory cache, for every side
    auto o = bench::numbers(argc, argv,
                            {{"tokens", 1024},
                             {"dim", 1536},
                             {"heads", 12},
                             {"ffn", 8960},
                             {"text", 512},
                             {"topk", 0.1},
                             {"repeats", 5},
                             {"threads", 0}});
    if (o["threads"] > 0) at::set_num_threads(int(o["threads"]));
    const Sizes s{std::int64_t(o["tokens"]), std::int64_t(o["dim"]), std::int64_t(o["heads"]), std::int64_t(o["ffn"]),
                  std::int64_t(o["text"])};
    const TokenGrid grid{s.tokens / 64, 8, 8};
    if (grid.tokens() != s.tokens) return std::fprintf(stderr, "--tokens: a multiple of 64\n"), 2;
    const DitBlockWeights w = random_block(s), w8 = in_8_bits(w);
    const at::Tensor x = at::randn({s.tokens, s.dim}), text = at::randn({s.text, s.dim});
    const at::Tensor rope = rope_table(grid, s.dim / s.heads), no_bias;
    TimeEmbedding time;
    time.projection = at::randn({1, 6, s.dim}) * 0.3;
    time.runs = {{0, s.tokens, 0}};
    DitBlockShape shape{s.heads, s.dim / s.heads, s.ffn, 1e-6, true, at::kFloat, {}};
    shape.attention.kind = ops::AttentionKind::kDense;
    DitBlockShape sparse = shape;
    sparse.attention.kind = ops::AttentionKind::kSla;
    sparse.attention.topk = o["topk"];
    const DitContext::Block context = context_of(w, s, text), context8 = context_of(w8, s, text);
    Peer peer(w, s, time.projection, rope, at::kFloat), exact(w, s, time.projection, rope, at::kDouble);
    peer.context(text);
    exact.context(text);
    at::Tensor results[4];
    const auto ours = [&](int slot, const DitBlockWeights& weights, const DitContext::Block& keys,
                          const DitBlockShape& how) {
        return [&, slot] {
            at::Tensor y = x.clone();
            run_dit_block(y, weights, how, {keys, no_bias, time, rope, 1, {}});
            results[slot] = y;
        };
    };
    std::vector<bench::Contender> all{{"LibTorch, fp32, eager", [&] { results[0] = peer(x); }},
                                      {"own, fp32", ours(1, w, context, shape)},
                                      {"own, W8A8", ours(2, w8, context8, shape)},
                                      {"own, W8A8 and SLA", ours(3, w8, context8, sparse)}};
    bench::interleave(all, int(o["repeats"]));
    std::printf(
        "%s, %d threads, load %.2f; %ld tokens, width %ld, %ld heads, feed-forward %ld, %ld context rows, top-k %g\n",
        ops::cpu_kernel_name(), at::get_num_threads(), bench::load_average(), long(s.tokens), long(s.dim),
        long(s.heads), long(s.ffn), long(s.text), o["topk"]);
    const at::Tensor from = x.to(at::kDouble), added = exact(from) - from;
    std::vector<double> errors;
    for (const at::Tensor& y : results)
        errors.push_back(((y.to(at::kDouble) - from - added).norm() / added.norm()).item<double>());
    bench::print(all, errors);
    return 0;
}

}  // namespace
}  // namespace studio

int main(int argc, char** argv) {
    return studio::run(argc, argv);
}

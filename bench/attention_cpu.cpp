// Dense, sparse-linear and block-sparse attention of our CPU kernels beside LibTorch's SDPA: whole operators from
// q, k, v to the result, in one run, interleaved.   attention_cpu --tokens 4096 --heads 4 --dim 128 --topk 0.1
#include "bench/measure.h"
#include "kernels/common/cpu_caps.h"
#include "tensor/compute.h"
#include "tensor/op_choice.h"
#include "tensor/ops.h"
#include "tensor/self_attention.h"

namespace studio {
namespace {

// Rows of one head in fp64, with the columns that the mask leaves: the oracle without an L x L matrix.
at::Tensor exact_rows(const ops::AttentionInputs& in, const at::Tensor& rows, const at::Tensor& mask,
                      const ops::SelfAttention& how) {
    const auto head = [&](const at::Tensor& x) { return x[0].select(1, 0).to(at::kDouble); };
    at::Tensor s = at::matmul(head(in.q).index_select(0, rows), head(in.k).t()) / std::sqrt(double(in.q.size(3)));
    if (mask.defined()) {
        const at::Tensor columns =
            mask[0][0].index_select(0, rows.div(how.query_block, "floor")).repeat_interleave(how.key_block, 1);
        s = s.masked_fill(columns.slice(1, 0, in.k.size(1)).eq(0), -std::numeric_limits<double>::infinity());
    }
    return at::matmul(s.softmax(-1), head(in.v));
}

at::Tensor exact_linear(const ops::AttentionInputs& in, const at::Tensor& rows) {
    const auto head = [&](const at::Tensor& x) { return x[0].select(1, 0).to(at::kDouble); };
    const at::Tensor q = head(in.q).softmax(-1).index_select(0, rows), k = head(in.k).softmax(-1);
    const at::Tensor mixed = at::matmul(q, at::matmul(k.t(), head(in.v))) / (at::matmul(q, k.sum(0, true).t()) + 1e-5);
    return at::linear(mixed, in.proj_weight.to(at::kDouble), in.proj_bias.to(at::kDouble));
}

double error(const at::Tensor& got, const at::Tensor& rows, const at::Tensor& want) {
    const at::Tensor g = got[0].select(1, 0).index_select(0, rows).to(at::kDouble);
    return ((g - want).norm() / want.norm()).item<double>();
}

int run(int argc, char** argv) {
    const c10::InferenceMode mode;
    static_cast<void>(choose_compute("cpu", "fp32"));  // with the program's memory cache, for both sides
    auto o = bench::numbers(
        argc, argv, {{"tokens", 4096}, {"heads", 4}, {"dim", 128}, {"topk", 0.1}, {"repeats", 7}, {"threads", 0}});
    if (o["threads"] > 0) at::set_num_threads(int(o["threads"]));
    const std::int64_t tokens = std::int64_t(o["tokens"]), heads = std::int64_t(o["heads"]);
    const std::int64_t dim = std::int64_t(o["dim"]);
    const auto randn = [&] { return at::randn({1, tokens, heads, dim}); };
    // Neighbouring tokens alike, and a bias per channel of k, as in a trained network.
    const at::Tensor drift = randn().cumsum(1) / std::sqrt(double(tokens));
    ops::AttentionInputs in{randn() + drift, randn() + drift + at::randn({dim}), randn(), {}, {}, {}};
    in.proj_weight = at::randn({dim, dim}) / std::sqrt(double(dim));
    in.proj_bias = at::randn({dim});
    ops::SelfAttention sla, dense;
    sla.kind = ops::AttentionKind::kSla;
    sla.topk = o["topk"];
    dense.kind = ops::AttentionKind::kDense;
    at::Tensor sdpa, own, sparse, composite;
    ops::AttentionTrace trace;
    static_cast<void>(ops::self_attention(in, sla, &trace));
    const auto with = [](const char* setting, const auto& work) {
        ops::set_op(setting).value();
        work();
        ops::set_op(std::string(setting).substr(0, std::string(setting).find('=')) + "=auto").value();
    };
    const auto shaped = [&](const at::Tensor& x) { return x.unflatten(2, {heads, dim}); };
    std::vector<bench::Contender> all{
        {"LibTorch SDPA, fp32",
         [&] { with("attention=aten", [&] { sdpa = shaped(ops::self_attention(in, dense)); }); }},
        {"own dense, fp32", [&] { own = shaped(ops::self_attention(in, dense)); }},
        {"own SLA (map, sparse, linear)", [&] { sparse = shaped(ops::self_attention(in, sla)); }},
        {"SLA as ATen composite", [&] { with("sla=aten", [&] { composite = shaped(ops::self_attention(in, sla)); }); }},
    };
    std::printf("%s, %d threads, load %.2f; B 1, L %ld, H %ld, D %ld, top-k %g (%.3f of the blocks), fp32\n",
                ops::cpu_kernel_name(), at::get_num_threads(), bench::load_average(), long(tokens), long(heads),
                long(dim), sla.topk, trace.mask.to(at::kFloat).mean().item<double>());
    bench::interleave(all, int(o["repeats"]));
    const at::Tensor rows = at::randint(tokens, {64}, at::kLong);
    const at::Tensor exact = exact_rows(in, rows, {}, sla);
    const at::Tensor exact_sla = exact_rows(in, rows, trace.mask, sla) + exact_linear(in, rows);
    bench::print(all, {error(sdpa, rows, exact), error(own, rows, exact), error(sparse, rows, exact_sla),
                       error(composite, rows, exact_sla)});
    std::printf("SLA against own dense: %.2fx (by cpu %.2fx)\n",
                bench::median(all[1].seconds) / bench::median(all[2].seconds),
                bench::median(all[1].cpu_seconds) / bench::median(all[2].cpu_seconds));
    return 0;
}

}  // namespace
}  // namespace studio

int main(int argc, char** argv) {
    return studio::run(argc, argv);
}

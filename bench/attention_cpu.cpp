// Every kind of attention of our CPU kernels beside LibTorch's SDPA and beside the ATen composites: whole operators
// from q, k, v to the result, in one run, interleaved; errors against fp64.
//   bench_attention_cpu --tokens 4096 --heads 4 --threads 1
//   bench_attention_cpu --growth 1 --tokens 16384        time and peak memory of each kind against tokens
#include <fstream>

#include "bench/measure.h"
#include "core/platform.h"
#include "tensor/activation_cache.h"
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

struct Problem {
    Problem(std::int64_t tokens, std::int64_t head_count, std::int64_t head_dim, double topk)
        : heads(head_count), dim(head_dim) {
        const auto randn = [&] { return at::randn({1, tokens, heads, dim}); };
        // Neighbouring tokens alike, and a bias per channel of k, as in a trained network.
        const at::Tensor drift = randn().cumsum(1) / std::sqrt(double(tokens));
        in = {randn() + drift, randn() + drift + at::randn({dim}), randn(), {}, {}, {}};
        in.proj_weight = at::randn({dim, dim}) / std::sqrt(double(dim));
        in.proj_bias = at::randn({dim});
        how.topk = topk;
    }

    at::Tensor run(ops::AttentionKind kind, bool composite) {
        const char* op = kind == ops::AttentionKind::kDense ? "attention" : ops::is_block_sparse(kind) ? "sla" : "sage";
        ops::set_op(std::string(op) + (composite ? "=aten" : "=auto")).value();
        how.kind = kind;
        const at::Tensor out = ops::self_attention(in, how).unflatten(2, {heads, dim});
        ops::set_op(std::string(op) + "=auto").value();
        return out;
    }

    std::int64_t heads, dim;
    ops::AttentionInputs in;
    ops::SelfAttention how;
};

struct Kind {
    const char* name;
    ops::AttentionKind kind;
    bool composite;
};
constexpr Kind kKinds[] = {
    {"LibTorch SDPA, fp32", ops::AttentionKind::kDense, true},
    {"own dense, fp32", ops::AttentionKind::kDense, false},
    {"own SLA (map, sparse, linear)", ops::AttentionKind::kSla, false},
    {"own Sage (int8 QK, fp16 P and V)", ops::AttentionKind::kSage, false},
    {"own SageSLA", ops::AttentionKind::kSageSla, false},
    {"SLA as ATen composite", ops::AttentionKind::kSla, true},
    {"Sage as ATen composite", ops::AttentionKind::kSage, true},
    {"SageSLA as ATen composite", ops::AttentionKind::kSageSla, true},
};

int compare(std::map<std::string, double>& o) {
    Problem p{std::int64_t(o["tokens"]), std::int64_t(o["heads"]), std::int64_t(o["dim"]), o["topk"]};
    ops::AttentionTrace trace;
    p.how.kind = ops::AttentionKind::kSla;
    static_cast<void>(ops::self_attention(p.in, p.how, &trace));
    std::vector<at::Tensor> results(std::size(kKinds));
    std::vector<bench::Contender> all;
    for (std::size_t i = 0; i < std::size(kKinds); ++i) {
        if (kKinds[i].composite && i > 0 && o["composites"] == 0) break;
        all.push_back({kKinds[i].name, [&, i] { results[i] = p.run(kKinds[i].kind, kKinds[i].composite); }});
    }
    std::printf("%s, %d threads, load %.2f; B 1, L %ld, H %ld, D %ld, top-k %g (%.3f of the blocks), fp32\n",
                ops::cpu_kernel_name(), at::get_num_threads(), bench::load_average(), long(o["tokens"]), long(p.heads),
                long(p.dim), p.how.topk, trace.mask.to(at::kFloat).mean().item<double>());
    bench::interleave(all, int(o["repeats"]));
    const at::Tensor rows = at::randint(std::int64_t(o["tokens"]), {64}, at::kLong);
    const at::Tensor dense = exact_rows(p.in, rows, {}, p.how);
    const at::Tensor sla = exact_rows(p.in, rows, trace.mask, p.how) + exact_linear(p.in, rows);
    std::vector<double> errors;
    for (std::size_t i = 0; i < all.size(); ++i)
        errors.push_back(error(results[i], rows, ops::is_block_sparse(kKinds[i].kind) ? sla : dense));
    bench::print(all, errors);
    std::printf("against own dense:");
    for (std::size_t i = 2; i < 5; ++i)
        std::printf(" %s %.2fx (by cpu %.2fx)", std::string(ops::to_string(kKinds[i].kind)).c_str(),
                    bench::median(all[1].seconds) / bench::median(all[i].seconds),
                    bench::median(all[1].cpu_seconds) / bench::median(all[i].cpu_seconds));
    std::printf("\n");
    return 0;
}

/// The kernel's own high-water mark, above what is resident before the call (Linux).
double peak_megabytes(const std::function<void()>& work) {
    release_activation_cache();
    const auto before = platform::process_rss_bytes();
    std::ofstream("/proc/self/clear_refs") << "5";
    work();
    return (double(platform::process_peak_rss_bytes()) - double(before)) / 1e6;
}

/// Time and memory against tokens, from `tokens` / 8 by doubling.
int growth(std::map<std::string, double>& o) {
    std::printf("%s, %d threads, load %.2f; B 1, H %ld, D %ld, top-k %g, fp32; L x L of one head in fp32 beside\n",
                ops::cpu_kernel_name(), at::get_num_threads(), bench::load_average(), long(o["heads"]), long(o["dim"]),
                o["topk"]);
    std::printf("| tokens | L x L, MB | q, k, v, out, MB | kind | cpu ms | us a token | peak above inputs, MB |\n");
    std::printf("|---|---|---|---|---|---|---|\n");
    for (std::int64_t tokens = std::int64_t(o["tokens"]) / 8; tokens <= std::int64_t(o["tokens"]); tokens *= 2) {
        Problem p{tokens, std::int64_t(o["heads"]), std::int64_t(o["dim"]), o["topk"]};
        for (const Kind& kind : kKinds) {
            if (kind.composite) continue;
            const double peak = peak_megabytes([&] { p.run(kind.kind, false); });
            std::vector<bench::Contender> one{{kind.name, [&] { p.run(kind.kind, false); }}};
            bench::interleave(one, int(o["repeats"]));
            const double ms = bench::median(one[0].cpu_seconds) * 1e3;
            std::printf("| %ld | %.0f | %.1f | %s | %.1f | %.2f | %.1f |\n", long(tokens),
                        double(tokens) * double(tokens) * 4e-6, double(4 * tokens * p.heads * p.dim) * 4e-6,
                        std::string(ops::to_string(kind.kind)).c_str(), ms, ms * 1e3 / double(tokens), peak);
        }
    }
    return 0;
}

int run(int argc, char** argv) {
    const c10::InferenceMode mode;
    static_cast<void>(choose_compute("cpu", "fp32"));  // with the program's memory cache, for both sides
    auto o = bench::numbers(argc, argv,
                            {{"tokens", 4096},
                             {"heads", 4},
                             {"dim", 128},
                             {"topk", 0.1},
                             {"repeats", 7},
                             {"threads", 0},
                             {"composites", 1},
                             {"growth", 0}});
    if (o["threads"] > 0) at::set_num_threads(int(o["threads"]));
    return o["growth"] > 0 ? growth(o) : compare(o);
}

}  // namespace
}  // namespace studio

int main(int argc, char** argv) {
    return studio::run(argc, argv);
}

// A W8A8 linear of our CPU kernels beside LibTorch's fp32 and bf16 linears, in one run, interleaved. The activations
// are quantised inside the timer.   w8a8_cpu --rows 2048 --depth 1536 --outputs 1536
#include "kernels/gemm_int8/w8a8_cpu.h"
#include "bench/measure.h"
#include "tensor/compute.h"
#include "tensor/op_choice.h"
#include "tensor/w8a8.h"

namespace studio {
namespace {

/// The kernel of processors without VNNI, for comparison with a peer that is kept to AVX2
/// (MKL_ENABLE_INSTRUCTIONS=AVX2).
void product_by_avx2(const Int8Tiles& x, const Int8Tiles& weight, at::Tensor& out) {
    namespace cpu = kernels::cpu;
    cpu::W8A8Args args;
    args.kind = cpu::DotKind::kAvx2;
    if (!cpu::has_dot(args.kind)) return;
    args.x = x.values.const_data_ptr<std::int8_t>();
    args.x_scale = x.scale.const_data_ptr<float>();
    args.weight = weight.values.const_data_ptr<std::int8_t>();
    args.weight_scale = weight.scale.const_data_ptr<float>();
    args.out = out.mutable_data_ptr<float>();
    args.rows = x.values.size(0);
    args.depth = x.values.size(1);
    args.outputs = weight.values.size(0);
    at::Tensor packed = at::empty({cpu::w8a8_packed_bytes(args.rows, args.depth, args.kind)}, at::kByte);
    args.packed = packed.mutable_data_ptr<std::uint8_t>();
    const std::int64_t bytes = (cpu::w8a8_scratch_bytes(args) + 63) / 64 * 64;
    at::Tensor scratch = at::empty({bytes * at::get_num_threads()}, at::kByte);
    const auto require = [](kernels::Status status) { TORCH_CHECK(status.ok(), status.reason); };
    at::parallel_for(0, args.rows, 64, [&](std::int64_t a, std::int64_t b) { require(pack_w8a8_rows(args, a, b)); });
    const std::int64_t panels = (args.outputs + cpu::kPanelColumns - 1) / cpu::kPanelColumns;
    at::parallel_for(0, panels, 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i)
            require(w8a8_panel(args, i, 0, args.rows,
                               scratch.mutable_data_ptr<std::uint8_t>() + bytes * at::get_thread_num()));
    });
}

int run(int argc, char** argv) {
    const c10::InferenceMode mode;
    static_cast<void>(choose_compute("cpu", "fp32"));  // with the program's memory cache, for every side
    auto o = bench::numbers(argc, argv,
                            {{"rows", 2048}, {"depth", 1536}, {"outputs", 1536}, {"repeats", 7}, {"threads", 0}});
    if (o["threads"] > 0) at::set_num_threads(int(o["threads"]));
    const std::int64_t rows = std::int64_t(o["rows"]), depth = std::int64_t(o["depth"]);
    const std::int64_t outputs = std::int64_t(o["outputs"]);
    const at::Tensor x = at::randn({rows, depth}).to(at::kBFloat16).to(at::kFloat), bias = at::randn({outputs});
    const at::Tensor weight = at::randn({outputs, depth}) / std::sqrt(double(depth));
    const at::Tensor x16 = x.to(at::kBFloat16), w16 = weight.to(at::kBFloat16), b16 = bias.to(at::kBFloat16);
    const Int8Tiles tiles = ops::quantize_tiles(weight);
    at::Tensor fp32, bf16, own, composite;
    const Int8Tiles x8 = ops::quantize_tiles(x);
    at::Tensor by_avx2 = at::zeros({rows, outputs});
    std::vector<bench::Contender> all{
        {"LibTorch linear, fp32", [&] { fp32 = at::linear(x, weight, bias); }},
        {"LibTorch linear, bf16", [&] { bf16 = at::linear(x16, w16, b16); }},
        {"own W8A8, quantiser included", [&] { own = ops::linear_w8a8(x, tiles, bias); }},
        {"W8A8 as ATen composite",
         [&] {
             ops::set_op("linear_w8a8=aten").value();
             composite = ops::linear_w8a8(x, tiles, bias);
             ops::set_op("linear_w8a8=auto").value();
         }},
        {"own product alone, plain AVX2", [&] { product_by_avx2(x8, tiles, by_avx2); }},
    };
    bench::interleave(all, int(o["repeats"]));
    std::string kind;
    static_cast<void>(ops::linear_w8a8(x, tiles, bias));
    for (const ops::OpReport& op : ops::op_report())
        if (op.op == "linear_w8a8") kind = op.backend;
    std::printf("%s, %d threads, load %.2f; M %ld, K %ld, N %ld; %.2f GFLOP\n", kind.c_str(), at::get_num_threads(),
                bench::load_average(), long(rows), long(depth), long(outputs),
                2e-9 * double(rows) * double(depth) * double(outputs));
    const at::Tensor exact = at::linear(x.to(at::kDouble), weight.to(at::kDouble), bias.to(at::kDouble));
    const auto error = [&](const at::Tensor& y) {
        return ((y.to(at::kDouble) - exact).norm() / exact.norm()).item<double>();
    };
    bench::print(all, {error(fp32), error(bf16), error(own), error(composite), error(by_avx2 + bias)});
    return 0;
}

}  // namespace
}  // namespace studio

int main(int argc, char** argv) {
    return studio::run(argc, argv);
}

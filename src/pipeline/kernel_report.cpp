#include "pipeline/kernel_report.h"

#include <fmt/format.h>

#include "tensor/cuda_health.h"
#include "tensor/cuda_kernels.h"
#include "tensor/op_choice.h"
#include "tensor/ops.h"
#include "tensor/self_attention.h"
#include "tensor/w8a8.h"

namespace studio {
namespace {

struct CpuTrial {
    const char* op;  // its name at the door
    double bound;
    std::function<at::Tensor()> run;
};

std::vector<CpuTrial> cpu_trials() {
    const auto heads = [](std::int64_t tokens) { return at::randn({1, tokens, 2, 128}); };
    const at::Tensor q = heads(200), k = heads(330), v = heads(330);
    const ops::AttentionInputs in{heads(300),       heads(300), heads(300), at::randn({128, 128}) * 0.09,
                                  at::randn({128}), {}};
    ops::SelfAttention sla;
    sla.kind = ops::AttentionKind::kSla, sla.topk = 0.4;
    const at::Tensor x = at::randn({140, 640});
    const Int8Tiles weight = ops::quantize_tiles(at::randn({264, 640}) * 0.04);
    return {{"attention", 1e-4, [=] { return ops::attention(q, k, v); }},
            {"sla", 1e-4, [=] { return ops::self_attention(in, sla); }},
            {"linear_w8a8", 1e-3, [=] { return ops::linear_w8a8(x, weight); }}};
}

ops::OpReport last_choice(std::string_view op) {
    for (const ops::OpReport& report : ops::op_report()) {
        if (report.op == op) return report;
    }
    return {};
}

KernelRung check_cpu(const CpuTrial& trial) {
    KernelRung rung{trial.op, ops::cpu_kernel_name(), false, std::numeric_limits<double>::quiet_NaN(), trial.bound, {}};
    try {
        const at::Tensor got = trial.run().to(at::kDouble);
        const ops::OpReport choice = last_choice(trial.op);
        if (choice.backend == "aten") {
            rung.passed = true;
            rung.device = "aten";
            rung.message = fmt::format("no kernel here: {}", choice.reason);
            rung.difference = 0;
            return rung;
        }
        rung.device = choice.backend;
        (void)ops::set_op(fmt::format("{}=aten", trial.op));
        const at::Tensor want = trial.run().to(at::kDouble);
        (void)ops::set_op(fmt::format("{}=auto", trial.op));
        rung.difference = ((got - want).norm() / want.norm()).item<double>();
        rung.passed = rung.difference <= rung.bound;
        if (!rung.passed) rung.message = fmt::format("differs from LibTorch by {:.2g}", rung.difference);
    } catch (const std::exception& error) {
        (void)ops::set_op(fmt::format("{}=auto", trial.op));
        rung.message = error.what();
    }
    return rung;
}

void check_cuda(std::vector<KernelRung>& rungs) {
    const CudaKernels& kernels = cuda_kernels();
    if (kernels.table == nullptr) return;
    for (const ops::KernelCheck& check : ops::check_kernels(*kernels.table, at::Device(at::kCUDA))) {
        rungs.push_back({ops::to_string(check.op), "cuda", check.passed, check.difference, check.bound, check.message});
    }
}

}  // namespace

bool KernelReport::all_passed() const {
    return std::all_of(rungs.begin(), rungs.end(), [](const KernelRung& rung) { return rung.passed; });
}

KernelReport kernel_report(bool with_checks) {
    KernelReport report{ops::cpu_kernel_name(), describe_cuda_kernels(), {}};
    if (!with_checks) return report;
    const c10::InferenceMode mode;
    try {
        for (const CpuTrial& trial : cpu_trials())
            report.rungs.push_back(check_cpu(trial));
        check_cuda(report.rungs);
    } catch (const std::exception& error) {
        report.rungs.push_back({"self-test", "", false, 0, 0, error.what()});
    }
    return report;
}

}  // namespace studio

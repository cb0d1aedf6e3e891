#include "tensor/compute.h"

#include <chrono>

#include "core/error.h"
#include "core/log.h"
#include "tensor/activation_cache.h"
#include "tensor/cuda_library.h"

namespace studio {
namespace {

// Best of three after a warm-up, so that one interruption does not decide.
double linear_seconds(const at::Tensor& x, const at::Tensor& weight) {
    using Clock = std::chrono::steady_clock;
    at::linear(x, weight);
    double best = 1e9;
    for (int run = 0; run < 3; ++run) {
        const auto start = Clock::now();
        at::linear(x, weight);
        best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count());
    }
    return best;
}

// Small enough for under 50 ms where bf16 is emulated (10 GFLOP/s), large enough that the arithmetic decides.
Precision probe_cpu() {
    const c10::InferenceMode mode;
    const at::Tensor x = at::full({128, 512}, 0.5, at::kFloat);
    const at::Tensor weight = at::full({512, 512}, 0.25, at::kFloat);
    const double fp32 = linear_seconds(x, weight);
    const double bf16 = linear_seconds(x.to(at::kBFloat16), weight.to(at::kBFloat16));
    // bf16 pays conversions around every linear; it must win clearly to be worth its rounding.
    const bool use_bf16 = bf16 * 1.5 < fp32;
    log::info("precision probe: linear fp32 {:.3f} ms, bf16 {:.3f} ms -> {}", fp32 * 1e3, bf16 * 1e3,
              use_bf16 ? "bf16" : "fp32");
    return use_bf16 ? Precision::kBF16 : Precision::kF32;
}

Precision cpu_precision() {
    static const Precision precision = probe_cpu();
    return precision;
}

at::Device pick_device(const std::string& device) {
    if (device == "cpu") return at::kCPU;
    if (device == "cuda") {
        const CudaState& state = cuda_state();
        if (state.usable) return {at::kCUDA, 0};
        Error error;
        error.code = ErrorCode::kDeviceUnavailable;
        error.field = "device";
        error.message = "The device cuda cannot be used: " + state.reason + ".";
        error.fix = "Use --device cpu, or install the NVIDIA driver and the CUDA libraries of LibTorch.";
        throw Failure(std::move(error));
    }
    if (device == "auto") {
        const CudaState& state = cuda_state();
        if (!state.usable) log::info("computing on the CPU: {}", state.reason);
        return state.usable ? at::Device(at::kCUDA, 0) : at::Device(at::kCPU);
    }
    throw Failure(invalid_argument("device", "Unknown device \"" + device + "\".", "Use auto, cpu or cuda."));
}

}  // namespace

Compute choose_compute(const std::string& device, const std::string& precision) {
    Compute compute;
    if (precision != "auto" && precision != "fp32" && precision != "bf16") {
        throw Failure(
            invalid_argument("precision", "Unknown precision \"" + precision + "\".", "Use auto, fp32 or bf16."));
    }
    use_activation_cache();
    compute.device = pick_device(device);
    if (precision == "fp32") {
        compute.precision = Precision::kF32;
    } else if (precision == "bf16") {
        compute.precision = Precision::kBF16;
    } else {
        compute.precision = compute.device.is_cuda() ? Precision::kBF16 : cpu_precision();
    }
    return compute;
}

void set_compute_threads(int threads) {
    if (threads < 1 || threads > 1024) {
        throw Failure(invalid_argument("threads", "The thread count " + std::to_string(threads) + " is out of range.",
                                       "Use 1 to 1024 threads."));
    }
    at::set_num_threads(threads);
}

}  // namespace studio

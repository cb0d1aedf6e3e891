#include "tensor/compute.h"

#include <chrono>
#include <map>
#include <mutex>

#include "core/error.h"
#include "core/log.h"
#include "tensor/activation_cache.h"
#include "tensor/cuda_library.h"

namespace studio {
namespace {

// Best of three after a warm-up, so that one interruption does not decide.
template <class F>
double best_seconds(const F& work) {
    using Clock = std::chrono::steady_clock;
    work();
    double best = 1e9;
    for (int run = 0; run < 3; ++run) {
        const auto start = Clock::now();
        work();
        best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count());
    }
    return best;
}

// What a block does around each of its linears: normalise an fp32 row, round it, multiply, add to the fp32 residual.
double layer_seconds(std::int64_t rows, std::int64_t width, at::ScalarType type) {
    const at::Tensor weight = at::full({width, width}, 0.25, at::kFloat).to(type);
    at::Tensor x = at::full({rows, width}, 0.5, at::kFloat);
    return best_seconds([&] {
        const at::Tensor normed = at::layer_norm(x, {width}).to(type);
        x.add_(at::gelu(at::linear(normed, weight), "tanh").to(at::kFloat));
    });
}

// At the network's own width, in the bounds that keep the probe under 50 ms where bf16 is emulated (10 GFLOP/s).
Precision probe_cpu(std::int64_t width) {
    const c10::InferenceMode mode;
    const std::int64_t rows = width > 512 ? 32 : 128;
    const double fp32 = layer_seconds(rows, width, at::kFloat);
    const double bf16 = layer_seconds(rows, width, at::kBFloat16);
    // It must win clearly to be worth its rounding.
    const bool use_bf16 = bf16 * 1.5 < fp32;
    log::info("precision probe at width {}: fp32 {:.3f} ms, bf16 {:.3f} ms -> {}", width, fp32 * 1e3, bf16 * 1e3,
              use_bf16 ? "bf16" : "fp32");
    return use_bf16 ? Precision::kBF16 : Precision::kF32;
}

Precision cpu_precision(std::int64_t width) {
    constexpr std::int64_t kUsualWidth = 1024, kNarrowest = 32;
    static std::mutex mutex;
    static std::map<std::int64_t, Precision> known;
    const std::int64_t probed = width <= 0 ? kUsualWidth : std::clamp(width, kNarrowest, kUsualWidth);
    const std::lock_guard lock(mutex);
    const auto found = known.find(probed);
    return found != known.end() ? found->second : known.emplace(probed, probe_cpu(probed)).first->second;
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

Compute choose_compute(const std::string& device, const std::string& precision, std::int64_t width) {
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
        compute.precision = compute.device.is_cuda() ? Precision::kBF16 : cpu_precision(width);
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

// bench/sdcpp_dit_forward.cpp - the peer of bench_dit_forward inside stable-diffusion.cpp: one forward pass of its Wan
// network. Not part of our build; compiled against its sources and ggml (docs/benchmarks says which versions and how).
//   sdcpp_dit_forward FILE TYPE(f32|f16|bf16|q8_0) WIDTH HEIGHT FRAMES THREADS REPEATS FLASH(0|1)
// Weights are converted to TYPE when they are loaded. Prints the line of JSON that bench_dit_forward prints.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "core/ggml_extend_backend.h"
#include "model/diffusion/wan.hpp"
#include "model_manager.h"
#include "stable-diffusion.h"

namespace {

ggml_type type_of(const char* name) {
    for (const ggml_type type : {GGML_TYPE_F32, GGML_TYPE_F16, GGML_TYPE_BF16, GGML_TYPE_Q8_0}) {
        if (std::strcmp(ggml_type_name(type), name) == 0) return type;
    }
    std::fprintf(stderr, "unknown type %s\n", name);
    std::exit(2);
}

sd::Tensor<float> noise(std::vector<std::int64_t> shape, unsigned seed) {
    sd::Tensor<float> out(std::move(shape));
    unsigned state = seed;
    for (float& value : out.values()) {
        state = state * 1664525U + 1013904223U;
        value = (static_cast<float>(state >> 8) / 8388608.0F - 1.0F) * 1.7F;
    }
    return out;
}

double cpu_now() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 9) return 2;
    const ggml_type type = type_of(argv[2]);
    const std::int64_t width = std::atoi(argv[3]) / 8, height = std::atoi(argv[4]) / 8,
                       frames = 1 + (std::atoi(argv[5]) - 1) / 4;
    const int threads = std::atoi(argv[6]), repeats = std::atoi(argv[7]);
    sd_set_log_callback(
        [](sd_log_level_t level, const char* text, void*) {
            if (level >= SD_LOG_WARN) std::fputs(text, stderr);
        },
        nullptr);
    const double begin_load = now();
    ggml_backend_t backend = sd_backend_cpu_init();
    const std::string prefix = "model.diffusion_model";
    auto manager = std::make_shared<ModelManager>();
    if (!manager->loader().init_from_file_and_convert_name(argv[1], prefix + ".")) return 3;
    auto& stored = manager->loader().get_tensor_storage_map();
    for (auto& [name, tensor] : stored) {
        const bool is_linear = ends_with(name, "weight") && tensor.n_dims == 2;
        if (is_linear) tensor.expected_type = type;
    }
    auto wan = std::make_shared<WAN::WanRunner>(backend, stored, prefix, VERSION_WAN2, manager);
    wan->set_flash_attention_enabled(argv[8][0] == '1');
    if (!manager->register_runner_params("wan", *wan, prefix, ModelManager::ResidencyMode::ParamBackend, backend,
                                         backend) ||
        !manager->validate_registered_tensors())
        return 3;
    const double loaded = now() - begin_load;
    const auto latent = noise({width, height, frames, 16}, 1), text = noise({4096, 512, 1}, 2);
    const auto time = sd::Tensor<float>::from_vector({500.0F});
    std::vector<double> seconds, cpu;
    for (int repeat = 0; repeat <= repeats; ++repeat) {
        const double begin = now(), begin_cpu = cpu_now();
        const auto out = wan->compute(threads, latent, time, text);
        if (repeat > 0) {
            seconds.push_back(now() - begin);
            cpu.push_back(cpu_now() - begin_cpu);
        }
        for (std::int64_t i = 0; i < out.numel(); ++i) {
            if (!std::isfinite(out.data()[i])) return 4;
        }
        if (out.empty()) return 4;
    }
    std::sort(seconds.begin(), seconds.end());
    std::sort(cpu.begin(), cpu.end());
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    std::printf(
        "{\"program\":\"stable-diffusion.cpp\",\"tokens\":%lld,\"load\":%.3f,\"forward\":%.4f,\"cpu\":%.4f,\"peak_"
        "rss\":%lld}\n",
        static_cast<long long>(frames * (height / 2) * (width / 2)), loaded, seconds[seconds.size() / 2],
        cpu[cpu.size() / 2], static_cast<long long>(usage.ru_maxrss) * 1024);
    std::fflush(stdout);
    std::_Exit(0);  // its manager's destructor reads tensors that the network has freed
}

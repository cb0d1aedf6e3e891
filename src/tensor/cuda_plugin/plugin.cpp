// The CUDA plugin's only entry point. This file and the kernel objects are all that links cudart and c10_cuda.
#include <c10/cuda/CUDAStream.h>

#include <iterator>
#include <string_view>

#include "tensor/cuda_plugin/table.h"

namespace studio {
namespace {

kernels::Stream torch_stream() noexcept {
    try {
        return c10::cuda::getCurrentCUDAStream().stream();
    } catch (...) {
        return nullptr;  // no device: no launcher gets as far as using it
    }
}

constexpr CudaTable kTable = {
    .build = STUDIO_CUDA_BUILD,
    .device_caps = &kernels::device_caps,
    .current_stream = &torch_stream,
    .layer_norm = &kernels::layer_norm,
    .layer_norm_quantize = &kernels::layer_norm_quantize,
    .rms_norm = &kernels::rms_norm,
    .gate_residual = &kernels::gate_residual,
    .gelu_tanh = &kernels::gelu_tanh,
    .quantize = &kernels::quantize,
    .linear_w8a8 = &kernels::linear_w8a8,
    .attention = &kernels::attention,
    .sage_attention = &kernels::sage_attention,
    .sage_workspace_bytes = &kernels::sage_workspace_bytes,
    .sla_attention = &kernels::sla_attention,
    .sla_workspace_bytes = &kernels::sla_workspace_bytes,
    .conv_frames = &kernels::conv_frames,
    .norm_silu_pad = &kernels::norm_silu_pad,
    .to_rgb8 = &kernels::to_rgb8,
};

}  // namespace
}  // namespace studio

/// The table, or null when the program wants another version.
extern "C" __attribute__((visibility("default"))) const studio::CudaTable* studio_cuda_table(std::uint32_t wanted) {
    return wanted == studio::kCudaTableVersion ? &studio::kTable : nullptr;
}

// --- the same launchers by name, for scripts/gpu_bench.py
// ---------------------------------------------------------------

namespace {
struct Named {
    std::string_view name;
    void* launcher;
    std::uint32_t argument_bytes;
};
template <class Arguments>
Named named(std::string_view name,
            studio::kernels::Status (*launcher)(const Arguments&, studio::kernels::Stream) noexcept) {
    return {name, reinterpret_cast<void*>(launcher), sizeof(Arguments)};
}
const Named* find(const char* name) {
    using namespace studio::kernels;
    static const Named all[] = {
        named("layer_norm", &layer_norm),       named("layer_norm_quantize", &layer_norm_quantize),
        named("rms_norm", &rms_norm),           named("quantize", &quantize),
        named("linear_w8a8", &linear_w8a8),     named("attention", &attention),
        named("sla_attention", &sla_attention), named("sage_attention", &sage_attention),
        named("conv_frames", &conv_frames)};
    for (const Named& one : all) {
        if (one.name == name) return &one;
    }
    return nullptr;
}
}  // namespace

#define STUDIO_EXPORT extern "C" __attribute__((visibility("default")))
STUDIO_EXPORT void* studio_cuda_launcher(const char* name) {
    return find(name) ? find(name)->launcher : nullptr;
}
STUDIO_EXPORT std::uint32_t studio_cuda_argument_bytes(const char* name) {
    return find(name) ? find(name)->argument_bytes : 0;
}
STUDIO_EXPORT std::int64_t studio_cuda_sage_workspace(const studio::kernels::SageArgs* args) {
    return studio::kernels::sage_workspace_bytes(*args);
}
STUDIO_EXPORT std::int64_t studio_cuda_sla_workspace(const studio::kernels::SlaArgs* args) {
    return studio::kernels::sla_workspace_bytes(*args);
}

#include "tensor/cpu_rows.h"

#include <array>
#include <cmath>
#include <cstring>

// Several instruction sets in one file by pragma, where the compiler has it; the plain version elsewhere (MSVC, clang).
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__)
#define STUDIO_SIMD_TARGETS 1
#endif

namespace studio::cpu {
namespace {

namespace plain {
#include "tensor/cpu_simd.inc"

#include "tensor/cpu_rows.inc"
}  // namespace plain

#ifdef STUDIO_SIMD_TARGETS
#pragma GCC push_options
#pragma GCC target("arch=haswell")
namespace avx2 {
#include "tensor/cpu_simd.inc"

#include "tensor/cpu_rows.inc"
}  // namespace avx2
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("arch=skylake-avx512,prefer-vector-width=512")
namespace avx512 {
#define STUDIO_SIMD_AVX512 1
#include "tensor/cpu_simd.inc"

#include "tensor/cpu_rows.inc"
}  // namespace avx512
#pragma GCC pop_options
#endif

struct Table {
    std::array<RowKernels, 3> versions;
    std::size_t count = 0;
    void add(const RowKernels& kernels) { versions[count++] = kernels; }
};

Table supported() noexcept {
    Table table;
#ifdef STUDIO_SIMD_TARGETS
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512cd")) {
        table.add({"avx512", avx512::channel_norm, avx512::rms_rope, avx512::layer_norm, avx512::gelu_tanh});
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2")) {
        table.add({"avx2", avx2::channel_norm, avx2::rms_rope, avx2::layer_norm, avx2::gelu_tanh});
    }
#endif
    table.add({"plain", plain::channel_norm, plain::rms_rope, plain::layer_norm, plain::gelu_tanh});
    return table;
}

}  // namespace

std::span<const RowKernels> row_kernels() noexcept {
    static const Table table = supported();
    return {table.versions.data(), table.count};
}

void channel_norm(const ChannelNormArgs& args) noexcept {
    row_kernels().front().channel_norm(args);
}

void rms_rope(const RmsRopeArgs& args) noexcept {
    row_kernels().front().rms_rope(args);
}

void layer_norm(const LayerNormArgs& args) noexcept {
    row_kernels().front().layer_norm(args);
}

void gelu_tanh(float* values, std::int64_t count) noexcept {
    row_kernels().front().gelu_tanh(values, count);
}

}  // namespace studio::cpu

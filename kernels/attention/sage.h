// kernels/attention/sage.h - dense attention in 8 bits from bf16 q, k, v: preparation and kernel by what the device
// has.
#pragma once
#include "kernels/attention/heads_prepare.h"

namespace studio::kernels {

enum class SageValues : std::uint8_t {
    kByDevice,  // fp8 where the device multiplies it natively (sm_89, sm_90, sm_120), else f16
    kF16,
    kFp8,  // kNotSupported on other devices
};

struct SageArgs {
    const void* q = nullptr;  // bf16
    const void* k = nullptr;
    const void* v = nullptr;
    void* o = nullptr;  // bf16
    HeadStrides q_at, k_at, v_at, o_at;
    HeadNorms norms = {};  // of raw q and k
    std::int64_t batch = 0, heads = 0, tokens = 0;
    float scale = 0.08838834764831845f;
    bool smooth_k = true;
    SageValues values = SageValues::kByDevice;
    void* workspace = nullptr;  // sage_workspace_bytes(), 256-byte aligned
};

/// o = softmax(scale q kT) v with q and k as int8 (one scale per 128 queries and 64 keys): WGMMA on sm_90, fp8 mma.sync
/// on sm_89 and sm_120, int8 and f16 mma.sync elsewhere.
/// Limits, errors, threads, NaN   as prepare_heads(), attention() and hopper_attention(); tokens >= 1.
/// Source    spec/turbodiffusion.md 5.
Status sage_attention(const SageArgs& args, Stream stream) noexcept;
/// For the device that is current now.
std::int64_t sage_workspace_bytes(const SageArgs& args) noexcept;

/// Which 8-bit kernels with fp8 values a device of this capability has.
enum class Fp8Path : std::uint8_t { kNone, kMma, kWgmma };
constexpr Fp8Path fp8_path(int capability) noexcept {
    return capability == 90 ? Fp8Path::kWgmma : capability == 89 || capability == 120 ? Fp8Path::kMma : Fp8Path::kNone;
}

/// Shared memory per block that its attention kernel wants.
constexpr std::size_t attention_shared_bytes(Fp8Path path, bool is_int8) noexcept {
    return std::size_t(path == Fp8Path::kWgmma ? 145 : path == Fp8Path::kMma ? 48 : is_int8 ? 64 : 96) * 1024;
}

}  // namespace studio::kernels

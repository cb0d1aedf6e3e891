// kernels/common/cpu_caps.h - what this processor can run, asked once.
#pragma once
#include <cstdint>

namespace studio::kernels {

/// Instruction sets that have kernels of their own; each includes the one before.
enum class CpuLevel : std::uint8_t { kBaseline, kAvx2, kAvx512 };

struct CpuCaps {
    CpuLevel level = CpuLevel::kBaseline;  // kAvx2: AVX2, FMA, BMI2. kAvx512: F, VL, BW, DQ, CD as well
    bool has_avx512_vnni = false;          // dot products of bytes in 512-bit registers
    bool has_avx_vnni = false;             // the same in 256-bit registers, on processors without AVX-512, too
};

const CpuCaps& cpu_caps() noexcept;
/// "baseline", "avx2", "avx512".
const char* name_of(CpuLevel level) noexcept;

}  // namespace studio::kernels

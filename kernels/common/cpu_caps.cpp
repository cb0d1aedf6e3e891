#include "kernels/common/cpu_caps.h"

namespace studio::kernels {
namespace {

CpuCaps asked() noexcept {
    CpuCaps caps;
#ifdef STUDIO_CPU_X86
    const bool has_avx2 =
        __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
    const bool has_avx512 = has_avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                            __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
                            __builtin_cpu_supports("avx512cd");
    caps.level = has_avx512 ? CpuLevel::kAvx512 : has_avx2 ? CpuLevel::kAvx2 : CpuLevel::kBaseline;
    caps.has_avx512_vnni = has_avx512 && __builtin_cpu_supports("avx512vnni");
    caps.has_avx_vnni = has_avx2 && __builtin_cpu_supports("avxvnni");
#endif
    return caps;
}

}  // namespace

const CpuCaps& cpu_caps() noexcept {
    static const CpuCaps caps = asked();
    return caps;
}

const char* name_of(CpuLevel level) noexcept {
    switch (level) {
        case CpuLevel::kAvx512:
            return "avx512";
        case CpuLevel::kAvx2:
            return "avx2";
        case CpuLevel::kBaseline:
            break;
    }
    return "baseline";
}

}  // namespace studio::kernels

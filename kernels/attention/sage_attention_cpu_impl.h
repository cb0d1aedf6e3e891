// kernels/attention/sage_attention_cpu_impl.h - between the checked launcher and its instruction sets.
#pragma once
#include "kernels/attention/block_attention_cpu_impl.h"
#include "kernels/attention/sage_attention_cpu.h"

namespace studio::kernels::cpu {

// Arguments were checked.
#define STUDIO_SAGE_CPU_FUNCTIONS                                                                       \
    void pack_sage_blocks(const BlockAttentionArgs& args, const SageRules& rules, std::int64_t first,   \
                          std::int64_t last) noexcept;                                                  \
    void attend_sage_blocks(const BlockAttentionArgs& args, const SageRules& rules, std::int64_t first, \
                            std::int64_t last, float* scratch) noexcept;
namespace plain {
STUDIO_SAGE_CPU_FUNCTIONS
}
namespace avx2 {
STUDIO_SAGE_CPU_FUNCTIONS
}
namespace avx512 {
STUDIO_SAGE_CPU_FUNCTIONS
}
namespace vnni512 {
STUDIO_SAGE_CPU_FUNCTIONS
}
#undef STUDIO_SAGE_CPU_FUNCTIONS

}  // namespace studio::kernels::cpu

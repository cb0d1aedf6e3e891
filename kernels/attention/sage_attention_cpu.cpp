#include "kernels/attention/sage_attention_cpu.h"

#include "kernels/attention/sage_attention_cpu_impl.h"

namespace studio::kernels::cpu {
namespace {

Status check_rules(const BlockAttentionArgs& args, const SageRules& rules, SageSet set) noexcept {
    const bool divides = rules.query_group >= 16 && args.query_block % rules.query_group == 0;
    if (!divides) return refuse(StatusCode::kInvalidArgument, "a group of queries must divide the query block");
    if (set > best_sage_set()) return refuse(StatusCode::kNotSupported, "the processor lacks these instructions");
    return {};
}

}  // namespace

SageSet best_sage_set() noexcept {
    const CpuCaps& caps = cpu_caps();
    if (caps.level == CpuLevel::kAvx512) return caps.has_avx512_vnni ? SageSet::kVnni512 : SageSet::kAvx512;
    return caps.level == CpuLevel::kAvx2 ? SageSet::kAvx2 : SageSet::kPlain;
}

const char* name_of(SageSet set) noexcept {
    switch (set) {
        case SageSet::kPlain:
            return "cpu baseline";
        case SageSet::kAvx2:
            return "cpu avx2";
        case SageSet::kAvx512:
            return "cpu avx512";
        case SageSet::kVnni512:
            return "cpu avx512-vnni";
    }
    return "?";
}

#if !defined(STUDIO_CPU_VECTORS)
#define STUDIO_RUN(call) return refuse(StatusCode::kNotSupported, "built by a compiler without vector types")
#elif defined(STUDIO_CPU_X86)
#define STUDIO_RUN(call)        \
    switch (set) {              \
        case SageSet::kVnni512: \
            vnni512::call;      \
            return {};          \
        case SageSet::kAvx512:  \
            avx512::call;       \
            return {};          \
        case SageSet::kAvx2:    \
            avx2::call;         \
            return {};          \
        case SageSet::kPlain:   \
            break;              \
    }                           \
    plain::call;                \
    return {}
#else
#define STUDIO_RUN(call) \
    plain::call;         \
    return {}
#endif

Status pack_sage_blocks(const BlockAttentionArgs& args, const SageRules& rules, std::int64_t first, std::int64_t last,
                        SageSet set) noexcept {
    if (const Status status = check_pack(args, first, last); !status.ok()) return status;
    if (const Status status = check_rules(args, rules, set); !status.ok()) return status;
    STUDIO_RUN(pack_sage_blocks(args, rules, first, last));
}

Status attend_sage_blocks(const BlockAttentionArgs& args, const SageRules& rules, std::int64_t first, std::int64_t last,
                          float* scratch, SageSet set) noexcept {
    if (const Status status = check_attend(args, first, last, scratch); !status.ok()) return status;
    if (const Status status = check_rules(args, rules, set); !status.ok()) return status;
    STUDIO_RUN(attend_sage_blocks(args, rules, first, last, scratch));
}

#undef STUDIO_RUN

}  // namespace studio::kernels::cpu

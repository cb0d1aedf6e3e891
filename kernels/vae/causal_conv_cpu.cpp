#include "kernels/vae/causal_conv_cpu.h"

#include <initializer_list>

#include "kernels/common/cpu_caps.h"
#include "kernels/vae/causal_conv_cpu_impl.h"

namespace studio::kernels::cpu {
namespace {

constexpr std::int64_t kMaxSize = (std::int64_t(1) << 31) - 1, kMaxChannels = 4096;

Status check_channels(std::int64_t inputs, std::int64_t outputs) noexcept {
    if (inputs < 1 || outputs < 1) return refuse(StatusCode::kInvalidArgument, "every size must be at least 1");
    if (inputs > kMaxChannels || outputs > kMaxChannels)
        return refuse(StatusCode::kTooLarge, "there are at most 4096 channels");
    return {};
}

Status check_sizes(const CausalConvArgs& a) noexcept {
    if (const Status status = check_channels(a.inputs, a.outputs); !status.ok()) return status;
    for (const std::int64_t size : {a.frames, a.height, a.width}) {
        if (size < 1) return refuse(StatusCode::kInvalidArgument, "every size must be at least 1");
        if (size > kMaxSize) return refuse(StatusCode::kTooLarge, "sizes are at most 2^31 - 1");
    }
    return {};
}

}  // namespace

bool has_causal_conv() noexcept {
#ifdef STUDIO_CPU_X86
    return cpu_caps().level >= CpuLevel::kAvx2;
#else
    return false;
#endif
}

std::int64_t conv_weight_floats(std::int64_t inputs, std::int64_t outputs) noexcept {
    if (!check_channels(inputs, outputs).ok()) return 0;
    return kWinogradPoints * 3 * padded_inputs(inputs) * padded_outputs(outputs);
}

std::int64_t conv_weight_groups(std::int64_t outputs) noexcept {
    return blocks_of(outputs, kConvGroup);
}

std::int64_t causal_conv_parts(const CausalConvArgs& args) noexcept {
    if (!check_sizes(args).ok()) return 0;
    const ConvCut cut = conv_cut(args);
    return cut.tiles_down * cut.parts_across;
}

std::int64_t causal_conv_scratch_bytes(const CausalConvArgs& args) noexcept {
    if (!check_sizes(args).ok()) return 0;
    return (conv_ring_floats(args) + conv_sum_floats(args)) * static_cast<std::int64_t>(sizeof(float));
}

#ifdef STUDIO_CPU_X86
#define STUDIO_RUN(call)                                                      \
    if (cpu_caps().level == CpuLevel::kAvx512) return avx512::call, Status{}; \
    if (cpu_caps().level == CpuLevel::kAvx2) return avx2::call, Status{};     \
    return refuse(StatusCode::kNotSupported, "the processor lacks AVX2")
#else
#define STUDIO_RUN(call) return refuse(StatusCode::kNotSupported, "built for another processor family")
#endif

Status turn_conv_weight(const float* weight, std::int64_t inputs, std::int64_t outputs, std::int64_t first,
                        std::int64_t last, float* to) noexcept {
    if (const Status status = check_channels(inputs, outputs); !status.ok()) return status;
    if (!weight || !to) return refuse(StatusCode::kInvalidArgument, "a pointer is null");
    if (first < 0 || last < first || last > conv_weight_groups(outputs))
        return refuse(StatusCode::kInvalidArgument, "the groups are outside the weight");
    STUDIO_RUN(turn_conv_weight(weight, inputs, outputs, first, last, to));
}

Status causal_conv(const CausalConvArgs& args, std::int64_t first, std::int64_t last, float* scratch) noexcept {
    if (const Status status = check_sizes(args); !status.ok()) return status;
    if (!args.x || !args.weight || !args.out || !scratch)
        return refuse(StatusCode::kInvalidArgument, "a pointer is null");
    if (first < 0 || last < first || last > causal_conv_parts(args))
        return refuse(StatusCode::kInvalidArgument, "the parts are outside the picture");
    STUDIO_RUN(causal_conv(args, first, last, scratch));
}

}  // namespace studio::kernels::cpu

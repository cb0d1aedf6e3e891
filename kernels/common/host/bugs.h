// kernels/common/host/bugs.h - known mistakes that kernels make on request, so that the self-test can show that each is
// caught. Host builds only; on the device GPU_BUG is false.
#pragma once
#include <cstdint>

namespace studio::shim {

enum class Bug : std::uint8_t {
    kNone,
    // barriers
    kNoBarrierAfterLoads,
    kNoBarrierBeforeReuse,
    kNoBarrierBeforePartials,
    // asynchronous copies
    kWaitTooWeak,
    kTailLoadedUnguarded,
    kTailStoredUnguarded,
    kRowTooMany,
    kTooLittleShared,
    // layouts and arithmetic
    kWeakSwizzle,
    kSwizzleDiffers,
    kHalvesExchanged,
    kMaskOffByOne,
    kWrongScaleIndex,
    kNoRescale,
    kHalfReduction,
    // preparation of heads
    kPoolsBeforeMean,
    kRotationOfBlockRow,
    // convolution
    kBorderOffByOne,
    kHistoryForgotten,
    // warps
    kDivergentCollective,
    // Hopper pipeline
    kEmptyCountTooSmall,
    kNoBarrierAfterInit,
    kWrongPhase,
    kNoWaitForFreeStage,
    kDescriptorOff,
    kHalfTheBytes,
    kProductReadEarly,
};
inline Bug injected = Bug::kNone;

}  // namespace studio::shim

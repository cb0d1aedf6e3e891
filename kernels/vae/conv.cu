// Checks of conv_frames() and the choice of the loader.
#include "kernels/vae/conv.h"

#include "kernels/vae/conv.cuh"

namespace studio::kernels {

Status conv_bf16(const ConvArgs& args, Stream stream) noexcept {
    return gpu::run_conv<gpu::bf16, true>(args, stream);
}
Status conv_f32(const ConvArgs& args, Stream stream) noexcept;
Status conv_bf16_odd(const ConvArgs& args, Stream stream) noexcept;
Status conv_f32_odd(const ConvArgs& args, Stream stream) noexcept;

namespace {
bool within(std::int64_t v, std::int64_t least, std::int64_t most) noexcept {
    return v >= least && v <= most;
}
Status check_sizes(const ConvArgs& a) noexcept {
    if (a.frames < 0 || a.history < 0 || a.height < 1 || a.width < 1 || a.in_channels < 1 || a.out_channels < 1) {
        return refuse(StatusCode::kInvalidArgument, "frames and history must be >= 0, sides and channels >= 1");
    }
    for (const std::int64_t side : {a.kernel_t, a.kernel_h, a.kernel_w}) {
        if (!within(side, 1, 3)) return refuse(StatusCode::kInvalidArgument, "a kernel's sides must be 1, 2 or 3");
    }
    if (!within(a.time_stride, 1, 2) || !within(a.space_stride, 1, 2) || !within(a.pad_near, 0, 2) ||
        !within(a.pad_far, 0, 2)) {
        return refuse(StatusCode::kInvalidArgument, "strides must be 1 or 2, the padding 0, 1 or 2");
    }
    constexpr std::int64_t kMaxFrames = 0x7fffff7f, kMaxSide = 65536, kMaxChannels = 8192;
    if (a.frames > kMaxFrames || a.history > kMaxFrames - a.frames || a.height > kMaxSide || a.width > kMaxSide ||
        a.in_channels > kMaxChannels || a.out_channels > kMaxChannels) {
        return refuse(StatusCode::kTooLarge, "over 2^31 - 129 frames, a side over 65536 or over 8192 channels");
    }
    const ConvOutput out = conv_output(a);
    const double pixels = double(out.frames) * double(out.height) * double(out.width);
    if (pixels / gpu::kConvPixels * double(ceil_div(a.out_channels, gpu::kConvChannels)) >= double(kMaxGridX)) {
        return refuse(StatusCode::kTooLarge, "the result has 2^31 tiles of 128 pixels x 96 channels or more");
    }
    return {};
}
Status check_pointers(const ConvArgs& a) noexcept {
    const std::size_t element = a.in_channels % 8 == 0 ? 16 : size_of(a.x_type);
    if (!is_aligned(a.x, element) || (a.before && !is_aligned(a.before, element)) || !is_aligned(a.w, 16)) {
        return refuse(StatusCode::kInvalidArgument, "x, before and w must be aligned, x and w not null");
    }
    if (!is_aligned(a.y, 8) || (a.bias && !is_aligned(a.bias, 8)) || (a.residual && !is_aligned(a.residual, 8))) {
        return refuse(StatusCode::kInvalidArgument, "y, bias and residual must be 8-byte aligned, y not null");
    }
    if (a.w_stride % 8 != 0 || a.w_stride < conv_weight_stride(a)) {
        return refuse(StatusCode::kInvalidArgument, "w_stride must hold all taps and be a multiple of 8");
    }
    if (a.y == a.x || a.y == a.before) return refuse(StatusCode::kInvalidArgument, "y must be another array than x");
    return {};
}
bool is_known(DType t) noexcept {
    return t == DType::kBF16 || t == DType::kF32;
}
}  // namespace

Status conv_frames(const ConvArgs& args, Stream stream) noexcept {
    if (!is_known(args.x_type) || !is_known(args.y_type)) {
        return refuse(StatusCode::kUnsupportedType, "conv_frames takes and gives bf16 and f32");
    }
    if (const Status s = check_sizes(args); !s) return s;
    if (const Status s = check_pointers(args); !s) return s;
    if (const Status s = require_device(80, gpu::kConvSharedBytes); !s) return s;
    const ConvOutput out = conv_output(args);
    if (out.frames == 0 || out.height == 0 || out.width == 0) return {};
    const bool in_eights = args.in_channels % 8 == 0;
    if (args.x_type == DType::kBF16) return in_eights ? conv_bf16(args, stream) : conv_bf16_odd(args, stream);
    return in_eights ? conv_f32(args, stream) : conv_f32_odd(args, stream);
}

}  // namespace studio::kernels

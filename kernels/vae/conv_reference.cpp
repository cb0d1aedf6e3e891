#include "kernels/common/float_types.h"
#include "kernels/vae/conv.h"

namespace studio::kernels {

void conv_frames_reference(const ConvArgs& a, double* y) {
    const ConvOutput out = conv_output(a);
    const auto input = [&](std::int64_t t, std::int64_t h, std::int64_t w, std::int64_t c) -> double {
        if (h < 0 || h >= a.height || w < 0 || w >= a.width) return 0;
        const void* from = t < a.history ? a.before : a.x;
        if (!from) return 0;
        const std::int64_t frame = t < a.history ? t : t - a.history;
        return round_to(DType::kBF16,
                        read_element(from, a.x_type, ((frame * a.height + h) * a.width + w) * a.in_channels + c));
    };
    for (std::int64_t pixel = 0; pixel < out.frames * out.height * out.width; ++pixel) {
        const std::int64_t t = pixel / (out.height * out.width) * a.time_stride;
        const std::int64_t h = pixel / out.width % out.height * a.space_stride - a.pad_near;
        const std::int64_t w = pixel % out.width * a.space_stride - a.pad_near;
        for (std::int64_t o = 0; o < a.out_channels; ++o) {
            double sum = a.bias ? double(a.bias[o]) : 0;
            std::int64_t at = o * a.w_stride;
            for (std::int64_t dt = 0; dt < a.kernel_t; ++dt) {
                for (std::int64_t dh = 0; dh < a.kernel_h; ++dh) {
                    for (std::int64_t dw = 0; dw < a.kernel_w; ++dw) {
                        for (std::int64_t c = 0; c < a.in_channels; ++c)
                            sum += input(t + dt, h + dh, w + dw, c) * read_element(a.w, DType::kBF16, at++);
                    }
                }
            }
            const std::int64_t to = pixel * a.out_channels + o;
            y[to] = sum + (a.residual ? read_element(a.residual, a.y_type, to) : 0);
        }
    }
}

}  // namespace studio::kernels

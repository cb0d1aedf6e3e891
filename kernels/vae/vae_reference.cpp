#include <algorithm>
#include <cmath>

#include "kernels/common/float_types.h"
#include "kernels/vae/norm_silu_pad.h"
#include "kernels/vae/to_rgb8.h"

namespace studio::kernels {

void to_rgb8_reference(const ToRgb8Args& args) {
    const std::int64_t pixels = args.frames * args.height * args.width;
    for (std::int64_t i = 0; i < pixels; ++i) {
        for (std::int64_t c = 0; c < 3; ++c) {
            const float v = float(read_element(args.x, args.type, c * args.channel_stride + i));
            if (!std::isfinite(v) && args.not_finite) ++*args.not_finite;
            const float unit = (std::clamp(v, -1.0f, 1.0f) + 1.0f) / 2.0f;
            args.rgb[i * 3 + c] = std::isnan(v) ? std::uint8_t(0) : std::uint8_t(unit * 255.0f + 0.5f);
        }
    }
}

void norm_silu_pad_reference(const NormSiluPadArgs& args, double* y) {
    const std::int64_t border = args.has_border ? 1 : 0;
    const std::int64_t h = args.height + 2 * border, w = args.width + 2 * border, c = args.channels;
    std::fill(y, y + (args.history + args.frames) * h * w * c, 0.0);
    for (std::int64_t i = 0; args.before && i < args.history * h * w * c; ++i)
        y[i] = read_element(args.before, args.type, i);
    for (std::int64_t f = 0; f < args.frames; ++f) {
        for (std::int64_t r = 0; r < args.height; ++r) {
            for (std::int64_t q = 0; q < args.width; ++q) {
                auto x = [&](std::int64_t i) {
                    return read_element(args.x, args.type, ((f * args.height + r) * args.width + q) * c + i);
                };
                double squares = 0;
                for (std::int64_t i = 0; i < c; ++i)
                    squares += x(i) * x(i);
                double* out = y + (((args.history + f) * h + r + border) * w + q + border) * c;
                for (std::int64_t i = 0; i < c; ++i) {
                    const double n =
                        x(i) / std::max(std::sqrt(squares), 1e-12) * std::sqrt(double(c)) * double(args.gamma[i]);
                    out[i] = args.has_silu ? n / (1 + std::exp(-n)) : n;
                }
            }
        }
    }
}

}  // namespace studio::kernels

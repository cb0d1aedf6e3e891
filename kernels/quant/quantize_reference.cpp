#include <algorithm>
#include <cmath>

#include "kernels/common/float_types.h"
#include "kernels/norm/gelu.h"
#include "kernels/quant/quantize.h"

namespace studio::kernels {

namespace {
std::int8_t saturated(float v) {
    if (v != v) return 0;
    return std::int8_t(std::clamp(std::nearbyint(v), -128.0f, 127.0f));
}
}  // namespace

void quantize_reference(const QuantizeArgs& args) {
    const std::int64_t column_blocks = (args.dim + kQuantBlock - 1) / kQuantBlock;
    auto value = [&](std::int64_t r, std::int64_t c) {
        const double x = read_element(args.x, args.type, r * args.x_stride + c);
        if (args.activation == Activation::kNone) return float(x);
        return float(round_to(args.type, gelu_tanh_reference(x)));
    };
    for (std::int64_t r0 = 0; r0 < args.rows; r0 += kQuantBlock) {
        for (std::int64_t c0 = 0; c0 < args.dim; c0 += kQuantBlock) {
            const std::int64_t r1 = std::min(args.rows, r0 + kQuantBlock), c1 = std::min(args.dim, c0 + kQuantBlock);
            float amax = 1e-8f;
            bool has_nan = false;
            for (std::int64_t r = r0; r < r1; ++r) {
                for (std::int64_t c = c0; c < c1; ++c) {
                    has_nan = has_nan || std::isnan(value(r, c));
                    amax = std::max(amax, std::fabs(value(r, c)));
                }
            }
            if (has_nan) amax = NAN;
            args.scale[r0 / kQuantBlock * column_blocks + c0 / kQuantBlock] = amax / 128.0f;
            const float multiplier = 128.0f / amax;
            for (std::int64_t r = r0; r < r1; ++r) {
                for (std::int64_t c = c0; c < c1; ++c)
                    args.q[r * args.dim + c] = saturated(value(r, c) * multiplier);
            }
        }
    }
}

}  // namespace studio::kernels

// Oracles of the norm family: fp64, plain loops, written to be obviously right. They keep the source's rounding points.
#include <cmath>

#include "kernels/common/float_types.h"
#include "kernels/norm/gate_residual.h"
#include "kernels/norm/gelu.h"
#include "kernels/norm/layer_norm.h"
#include "kernels/norm/rms_norm.h"

namespace studio::kernels {

namespace {
struct Moments {
    double mean, variance;
};
template <class At>
Moments moments(std::int64_t n, At at) {
    double mean = 0, variance = 0;
    for (std::int64_t i = 0; i < n; ++i)
        mean += at(i);
    mean /= double(n);
    for (std::int64_t i = 0; i < n; ++i)
        variance += (at(i) - mean) * (at(i) - mean);
    return {mean, variance / double(n)};
}
}  // namespace

void layer_norm_reference(const LayerNormArgs& args, double* y) {
    for (std::int64_t r = 0; r < args.rows; ++r) {
        auto x = [&](std::int64_t i) { return read_element(args.x, args.x_type, r * args.dim + i); };
        const Moments m = moments(args.dim, x);
        const double rstd =
            1 / std::sqrt(m.variance + double(args.variance_excess) * m.mean * m.mean + double(args.eps));
        const std::int64_t modulation = args.modulation_of_row ? args.modulation_of_row[r] : 0;
        for (std::int64_t i = 0; i < args.dim; ++i) {
            double v = (x(i) - m.mean) * rstd;
            if (args.weight) v *= double(args.weight[i]);
            if (args.bias) v += double(args.bias[i]);
            if (args.inner_type != DType::kF32) v = round_to(args.inner_type, v);
            if (args.scale) {
                v = v * (1 + double(args.scale[modulation * args.dim + i])) +
                    double(args.shift[modulation * args.dim + i]);
            }
            y[r * args.dim + i] = v;
        }
    }
}

void rms_norm_reference(const RmsNormArgs& args, double* y) {
    for (std::int64_t r = 0; r < args.rows; ++r) {
        auto x = [&](std::int64_t i) { return read_element(args.x, args.type, r * args.x_stride + i); };
        double squares = 0;
        for (std::int64_t i = 0; i < args.dim; ++i)
            squares += x(i) * x(i);
        const double factor = 1 / std::sqrt(squares / double(args.dim) + double(args.eps));
        double* out = y + r * args.dim;
        for (std::int64_t i = 0; i < args.dim; ++i) {
            out[i] = args.rounds_before_weight ? round_to(args.type, x(i) * factor) : x(i) * factor;
            if (args.weight) out[i] *= double(args.weight[i]);
        }
        for (std::int64_t i = 0; args.rotation && i < args.dim; i += 2) {
            const float* turn = args.rotation + (r % args.positions) * args.head_dim + i % args.head_dim;
            const double even = out[i], odd = out[i + 1], c = double(turn[0]), s = double(turn[1]);
            out[i] = even * c - odd * s;
            out[i + 1] = even * s + odd * c;
        }
    }
}

void gate_residual_reference(const GateResidualArgs& args, double* new_x, double* statistics) {
    for (std::int64_t r = 0; r < args.rows; ++r) {
        const std::int64_t modulation = args.modulation_of_row ? args.modulation_of_row[r] : 0;
        double* out = new_x + r * args.dim;
        for (std::int64_t i = 0; i < args.dim; ++i) {
            const std::int64_t at = r * args.dim + i;
            double gate = args.gate ? double(args.gate[modulation * args.dim + i]) : 1;
            double product = 0;
            if (args.rounds_every_step) {
                product = round_to(args.x_type, read_element(args.y, args.y_type, at) * round_to(args.x_type, gate));
            } else {
                product = read_element(args.y, args.y_type, at) * gate;
            }
            out[i] = read_element(args.x, args.x_type, at) + product;
        }
        if (!statistics) continue;
        const Moments m = moments(args.dim, [&](std::int64_t i) { return out[i]; });
        statistics[2 * r] = m.mean;
        statistics[2 * r + 1] = 1 / std::sqrt(m.variance + double(args.eps));
    }
}

double gelu_tanh_reference(double x) noexcept {
    return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
}
void gelu_tanh_reference(const GeluArgs& args, double* y) {
    for (std::int64_t i = 0; i < args.count; ++i)
        y[i] = gelu_tanh_reference(read_element(args.x, args.type, i));
}

}  // namespace studio::kernels

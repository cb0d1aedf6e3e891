#include <cmath>

#include "kernels/common/float_types.h"
#include "kernels/gemm_int8/linear_w8a8.h"
#include "kernels/norm/gelu.h"

namespace studio::kernels {

void linear_w8a8_reference(const LinearW8A8Args& args, double* out) {
    const std::int64_t blocks = args.k / 128;
    for (std::int64_t i = 0; i < args.m; ++i) {
        for (std::int64_t j = 0; j < args.n; ++j) {
            double sum = 0;
            for (std::int64_t kb = 0; kb < blocks; ++kb) {
                std::int64_t exact = 0;
                for (std::int64_t k = kb * 128; k < kb * 128 + 128; ++k) {
                    exact += std::int64_t(args.a[i * args.k + k]) * args.w[j * args.k + k];
                }
                const float scale = args.a_scale[i / 128 * blocks + kb] * args.w_scale[j / 128 * blocks + kb];
                sum += double(exact) * double(scale);
            }
            double v = round_to(args.result_type, sum);
            if (args.bias) v = round_to(args.result_type, v + double(args.bias[j]));
            if (args.epilogue == Epilogue::kGeluTanh) v = gelu_tanh_reference(v);
            if (args.epilogue == Epilogue::kGatedResidual) {
                const std::int64_t modulation = args.modulation_of_row ? args.modulation_of_row[i] : 0;
                v = v * (args.gate ? double(args.gate[modulation * args.n + j]) : 1) +
                    read_element(args.out, args.out_type, i * args.n + j);
            }
            out[i * args.n + j] = v;
        }
    }
}

}  // namespace studio::kernels

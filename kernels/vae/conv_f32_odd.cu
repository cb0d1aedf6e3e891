#include "kernels/vae/conv.cuh"

namespace studio::kernels {
Status conv_f32_odd(const ConvArgs& args, Stream stream) noexcept {
    return gpu::run_conv<float, false>(args, stream);
}
}  // namespace studio::kernels

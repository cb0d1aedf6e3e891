#include "kernels/vae/conv.cuh"

namespace studio::kernels {
Status conv_bf16_odd(const ConvArgs& args, Stream stream) noexcept {
    return gpu::run_conv<gpu::bf16, false>(args, stream);
}
}  // namespace studio::kernels

#include "kernels/vae/conv.cuh"

namespace studio::kernels {
Status conv_f32(const ConvArgs& args, Stream stream) noexcept {
    return gpu::run_conv<float, true>(args, stream);
}
}  // namespace studio::kernels

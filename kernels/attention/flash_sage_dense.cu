// One instantiation a file, so that they build side by side.
#include "kernels/attention/flash_forward.cuh"

namespace studio::kernels {
Status flash_sage_dense(const AttentionArgs& args, Stream stream) noexcept {
    return gpu::run_flash<true, false>(args, stream);
}
}  // namespace studio::kernels

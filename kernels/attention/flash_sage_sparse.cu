// One instantiation a file, so that they build side by side.
#include "kernels/attention/flash_forward.cuh"

namespace studio::kernels {
Status flash_sage_sparse(const AttentionArgs& args, Stream stream) noexcept {
    return gpu::run_flash<true, true>(args, stream);
}
}  // namespace studio::kernels

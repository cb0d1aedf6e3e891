#include "kernels/attention/block_prepare.cuh"

namespace studio::kernels {

Status hopper_prepare(const HopperPrepareArgs& args, Stream stream) noexcept {
    if (const Status s = check_prepare(args); !s) return s;
    if (const Status s = require_device(90); !s) return s;
    if (device_caps().capability != 90) return refuse(StatusCode::kNotSupported, "this code was compiled for sm_90a");
    return prepare_blocks(args, stream);
}

}  // namespace studio::kernels

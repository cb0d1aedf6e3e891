// kernels/common/stream.h - a CUDA stream without a CUDA header. cudaStream_t is this very pointer.
#pragma once

struct CUstream_st;

namespace studio::kernels {
using Stream = CUstream_st*;  // null: the default stream
}  // namespace studio::kernels

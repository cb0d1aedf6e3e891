// tensor/cuda_library.h - the CUDA half of LibTorch, opened at run time: the program itself links only the CPU half.
#pragma once
#include <string>

namespace studio {

struct CudaState {
    bool usable = false;
    std::string reason;  // when not usable: one sentence, what is missing
};

/// Look for a driver, then open libtorch_cuda beside libtorch_cpu and count devices. Done once per process; never
/// throws. Cost  a failed dlopen without a driver; about 0.7 s with one.
const CudaState& cuda_state();

}  // namespace studio

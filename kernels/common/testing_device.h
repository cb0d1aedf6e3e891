// kernels/common/testing_device.h - device copies of a test's buffers. Plain CUDA runtime, no kernel.
#pragma once
#include <cuda_runtime_api.h>

#include <cstddef>
#include <stdexcept>
#include <string>

namespace studio::kernels::testing {

inline void check(cudaError_t error) {
    if (error != cudaSuccess) throw std::runtime_error(std::string("CUDA: ") + cudaGetErrorString(error));
}
class DeviceMirror {
  public:
    DeviceMirror() = default;
    DeviceMirror(DeviceMirror&& other) noexcept : p_(other.p_), bytes_(other.bytes_) { other.p_ = nullptr; }
    ~DeviceMirror() { cudaFree(p_); }
    void* upload(const void* host, std::size_t bytes) {
        if (!p_) check(cudaMalloc(&p_, bytes));
        bytes_ = bytes;
        check(cudaMemcpy(p_, host, bytes, cudaMemcpyHostToDevice));
        return p_;
    }
    void download(void* host) const {
        check(cudaDeviceSynchronize());
        check(cudaMemcpy(host, p_, bytes_, cudaMemcpyDeviceToHost));
    }

  private:
    void* p_ = nullptr;
    std::size_t bytes_ = 0;
};

}  // namespace studio::kernels::testing

// kernels/common/tensor_map.cuh - tensor maps of byte matrices for TMA, made by the driver without linking to it.
#pragma once
#include "kernels/common/hopper.cuh"
#include "kernels/common/launch.cuh"

namespace studio::kernels {

constexpr std::int64_t kMaxTensorMapSide = 0x7fffff00;  // coordinates are 32-bit signed

/// A row-major byte matrix [height, width] read in boxes of box_height x box_width bytes with the 128-byte swizzle.
inline Status make_tensor_map(gpu::TensorMap& map, const void* base, std::int64_t width, std::int64_t height,
                              int box_width, int box_height) noexcept {
#if GPU_HOST
    map = {static_cast<const char*>(base), 1, width, height, width, box_width, box_height, 128};
    const char* error = shim::tensor_map_error(map);
    return *error ? refuse(StatusCode::kInvalidArgument, error) : Status{};
#else
    using Encode = CUresult (*)(CUtensorMap*, CUtensorMapDataType, cuuint32_t, void*, const cuuint64_t*,
                                const cuuint64_t*, const cuuint32_t*, const cuuint32_t*, CUtensorMapInterleave,
                                CUtensorMapSwizzle, CUtensorMapL2promotion, CUtensorMapFloatOOBfill);
    void* function = nullptr;
    cudaDriverEntryPointQueryResult found = cudaDriverEntryPointSymbolNotFound;
    const cudaError_t error =
        cudaGetDriverEntryPointByVersion("cuTensorMapEncodeTiled", &function, 12000, cudaEnableDefault, &found);
    if (error != cudaSuccess || found != cudaDriverEntryPointSuccess) {
        cudaGetLastError();
        return {StatusCode::kNotSupported, "the driver has no tensor maps", int(error)};
    }
    const cuuint64_t size[2] = {cuuint64_t(width), cuuint64_t(height)}, pitch[1] = {cuuint64_t(width)};
    const cuuint32_t box[2] = {cuuint32_t(box_width), cuuint32_t(box_height)}, step[2] = {1, 1};
    const CUresult result =
        reinterpret_cast<Encode>(function)(&map, CU_TENSOR_MAP_DATA_TYPE_UINT8, 2, const_cast<void*>(base), size, pitch,
                                           box, step, CU_TENSOR_MAP_INTERLEAVE_NONE, CU_TENSOR_MAP_SWIZZLE_128B,
                                           CU_TENSOR_MAP_L2_PROMOTION_L2_256B, CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE);
    if (result != CUDA_SUCCESS) return {StatusCode::kInvalidArgument, "the driver refused the tensor map", int(result)};
    return {};
#endif
}

}  // namespace studio::kernels

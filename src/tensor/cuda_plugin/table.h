// tensor/cuda_plugin/table.h - what the CUDA plugin (studio_cuda) offers the program: device facts, Torch's current
// stream and the launchers of kernels/. Plain C types across the border; the program links no CUDA library.
#pragma once
#include <cstdint>

#include "kernels/attention/attention.h"
#include "kernels/attention/sage.h"
#include "kernels/common/device_caps.h"
#include "kernels/gemm_int8/linear_w8a8.h"
#include "kernels/norm/gate_residual.h"
#include "kernels/norm/gelu.h"
#include "kernels/norm/layer_norm.h"
#include "kernels/norm/layer_norm_quantize.h"
#include "kernels/norm/rms_norm.h"
#include "kernels/quant/quantize.h"
#include "kernels/sla/sla.h"
#include "kernels/vae/conv.h"
#include "kernels/vae/norm_silu_pad.h"
#include "kernels/vae/to_rgb8.h"

namespace studio {

/// Raised with every change of this struct or of an argument struct in it.
constexpr std::uint32_t kCudaTableVersion = 2;
/// Exported by the plugin, extern "C".
constexpr const char* kCudaTableSymbol = "studio_cuda_table";

struct CudaTable {
    std::uint32_t version = kCudaTableVersion;
    std::uint32_t size_bytes = sizeof(CudaTable);  // a second check that both sides mean the same struct
    const char* build = "";                        // "nvcc 13.0, sm_80 sm_89 sm_90a"

    kernels::DeviceCaps (*device_caps)() noexcept;
    /// The stream on which LibTorch works now on this thread and device: kernels queued there are ordered with it.
    kernels::Stream (*current_stream)() noexcept;

    decltype(&kernels::layer_norm) layer_norm;
    decltype(&kernels::layer_norm_quantize) layer_norm_quantize;
    decltype(&kernels::rms_norm) rms_norm;
    kernels::Status (*gate_residual)(const kernels::GateResidualArgs&, kernels::Stream) noexcept;
    kernels::Status (*gelu_tanh)(const kernels::GeluArgs&, kernels::Stream) noexcept;
    decltype(&kernels::quantize) quantize;
    decltype(&kernels::linear_w8a8) linear_w8a8;
    decltype(&kernels::attention) attention;
    decltype(&kernels::sage_attention) sage_attention;
    decltype(&kernels::sage_workspace_bytes) sage_workspace_bytes;
    decltype(&kernels::sla_attention) sla_attention;
    decltype(&kernels::sla_workspace_bytes) sla_workspace_bytes;
    decltype(&kernels::conv_frames) conv_frames;
    decltype(&kernels::norm_silu_pad) norm_silu_pad;
    decltype(&kernels::to_rgb8) to_rgb8;
};

using CudaTableFunction = const CudaTable* (*)(std::uint32_t wanted_version);

}  // namespace studio

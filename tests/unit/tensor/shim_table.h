// tests/unit/tensor/shim_table.h - a table like the CUDA plugin's whose launchers run the kernels' sources on the CPU.
#pragma once
#include "kernels/common/host/bugs.h"
#include "kernels/common/host/shim.h"
#include "tensor/cuda_plugin/table.h"

namespace studio::test {

inline CudaTable shim_table() {
    CudaTable t{};
    t.device_caps = &kernels::device_caps;
    t.current_stream = []() noexcept -> kernels::Stream { return nullptr; };
    t.layer_norm = &kernels::layer_norm;
    t.rms_norm = &kernels::rms_norm;
    t.gate_residual = &kernels::gate_residual;
    t.gelu_tanh = &kernels::gelu_tanh;
    t.quantize = &kernels::quantize;
    t.linear_w8a8 = &kernels::linear_w8a8;
    t.attention = &kernels::attention;
    t.sage_attention = &kernels::sage_attention;
    t.sage_workspace_bytes = &kernels::sage_workspace_bytes;
    t.sla_attention = &kernels::sla_attention;
    t.sla_workspace_bytes = &kernels::sla_workspace_bytes;
    t.conv_frames = &kernels::conv_frames;
    t.norm_silu_pad = &kernels::norm_silu_pad;
    t.to_rgb8 = &kernels::to_rgb8;
    t.layer_norm_quantize = &kernels::layer_norm_quantize;
    return t;
}

}  // namespace studio::test

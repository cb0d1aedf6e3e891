#include "tensor/ops_video.h"

#include "core/check.h"
#include "tensor/cpu_rows.h"
#include "tensor/cpu_video.h"
#include "tensor/cuda_health.h"
#include "tensor/cuda_ops.h"
#include "tensor/cuda_video.h"
#include "tensor/op_choice.h"

namespace studio::ops {
namespace {

OpChoice conv_choice("conv");
OpChoice channel_norm_choice("channel_norm");
OpChoice bytes_choice("frames_to_bytes");
thread_local bool may_round_to_bf16 = false;

at::Tensor padded_far(const at::Tensor& x, const ConvShape& shape) {
    const std::int64_t more = shape.far_padding() - shape.space_padding;
    return more == 0 ? x : at::constant_pad_nd(x, {0, 0, 0, more, 0, more}).contiguous();
}

}  // namespace

Bf16Convolutions::Bf16Convolutions(bool is_allowed) : before_(may_round_to_bf16) {
    may_round_to_bf16 = is_allowed;
}
Bf16Convolutions::~Bf16Convolutions() {
    may_round_to_bf16 = before_;
}

at::Tensor conv_weight(const at::Tensor& weight) {
    return weight.contiguous(weight.dim() == 5 ? at::MemoryFormat::ChannelsLast3d : at::MemoryFormat::ChannelsLast);
}

namespace {

at::Tensor library_conv(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, ConvShape shape) {
    const bool over_time = weight.dim() == 5;
    // A view in both cases: [1, I, T, H, W] or [T, I, H, W] with channels last.
    const at::Tensor input = over_time ? x.permute({3, 0, 1, 2}).unsqueeze(0) : x.permute({0, 3, 1, 2});
    std::vector<std::int64_t> stride(over_time ? 3 : 2, shape.space_stride);
    std::vector<std::int64_t> padding(over_time ? 3 : 2, shape.space_padding);
    const std::vector<std::int64_t> dilation(over_time ? 3 : 2, 1);
    if (over_time) {
        stride[0] = shape.time_stride;
        padding[0] = 0;
    }
    const at::Tensor y = x.is_cpu() && at::globalContext().hasMKLDNN()
                             ? at::mkldnn_convolution(input, weight, bias, padding, stride, dilation, 1)
                             : at::convolution(input, weight, bias, stride, padding, dilation, false, {0}, 1);
    return (over_time ? y.squeeze(0).permute({1, 2, 3, 0}) : y.permute({0, 2, 3, 1})).contiguous();
}

}  // namespace

at::Tensor conv_frames(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, ConvShape shape) {
    return causal_conv({}, x, weight, bias, shape);
}

at::Tensor causal_conv(const at::Tensor& before, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                       ConvShape shape, const at::Tensor& residual) {
    if (x.is_cuda()) {
        const CudaTable* table = cuda_table_for(x);
        const char* refusal = cuda_conv_refusal(table, before, x, weight, shape, may_round_to_bf16);
        if (conv_choice.takes("cuda", cuda_ready(CudaOp::kConv, refusal))) {
            return cuda_conv(*table, before, x, weight, bias, shape, residual);
        }
    }
    if (x.is_cpu() && conv_choice.takes(cpu_kernel_name(), cpu_conv_refusal(before, x, weight, shape))) {
        return cpu_conv(before, x, weight, bias, residual);
    }
    const at::Tensor input = before.defined() ? at::cat({before, x}, 0) : x;
    at::Tensor y = library_conv(padded_far(input, shape), weight, bias, shape);
    return residual.defined() ? y.add_(residual) : y;
}

void channel_norm_into(const at::Tensor& x, const at::Tensor& gamma, bool with_silu, at::Tensor out) {
    const std::int64_t channels = x.size(-1);
    if (x.is_cpu()) {
        STUDIO_CHECK(x.is_contiguous() && out.is_contiguous() && gamma.is_contiguous() && x.sizes() == out.sizes() &&
                         x.scalar_type() == at::kFloat && out.scalar_type() == at::kFloat,
                     "channel_norm_into needs contiguous fp32 tensors of one shape");
        const float* from = x.const_data_ptr<float>();
        float* to = out.mutable_data_ptr<float>();
        const float* weight = gamma.const_data_ptr<float>();
        at::parallel_for(0, x.numel() / channels, std::max<std::int64_t>(1, 32768 / channels),
                         [&](std::int64_t begin, std::int64_t end) {
                             cpu::channel_norm({from + begin * channels, weight, to + begin * channels, end - begin,
                                                channels, with_silu});
                         });
        return;
    }
    if (x.is_cuda()) {
        const CudaTable* table = cuda_table_for(x);
        const char* refusal = cuda_channel_norm_refusal(table, x, gamma, out);
        if (channel_norm_choice.takes("cuda", cuda_ready(CudaOp::kChannelNorm, refusal))) {
            return cuda_channel_norm(*table, x, gamma, with_silu, out);
        }
    }
    const at::Tensor norm = at::linalg_vector_norm(x, 2, at::IntArrayRef{-1}, true).clamp_min_(1e-12);
    const at::Tensor y = x / norm * (gamma * std::sqrt(static_cast<double>(channels)));
    out.copy_(with_silu ? at::silu(y) : y);
}

at::Tensor frames_to_bytes(const at::Tensor& frames) {
    if (frames.is_cuda()) {
        const CudaTable* table = cuda_table_for(frames);
        if (bytes_choice.takes("cuda", cuda_ready(CudaOp::kFrameBytes, cuda_bytes_refusal(table, frames)))) {
            return cuda_bytes(*table, frames);
        }
    }
    // Order of operations as in the source: (1 + v) / 2, times 255, plus a half, truncated.
    const at::Tensor scaled = frames.to(at::kFloat).add(1).div_(2).mul_(255).add_(0.5).clamp_(0, 255);
    return scaled.permute({1, 2, 3, 0}).to(at::kByte).contiguous();
}

}  // namespace studio::ops

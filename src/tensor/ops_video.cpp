#include "tensor/ops_video.h"

#include "core/check.h"
#include "tensor/cpu_rows.h"

namespace studio::ops {

at::Tensor conv_weight(const at::Tensor& weight) {
    return weight.contiguous(weight.dim() == 5 ? at::MemoryFormat::ChannelsLast3d : at::MemoryFormat::ChannelsLast);
}

at::Tensor conv_frames(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, ConvShape shape) {
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
    const at::Tensor norm = at::linalg_vector_norm(x, 2, at::IntArrayRef{-1}, true).clamp_min_(1e-12);
    const at::Tensor y = x / norm * (gamma * std::sqrt(static_cast<double>(channels)));
    out.copy_(with_silu ? at::silu(y) : y);
}

}  // namespace studio::ops

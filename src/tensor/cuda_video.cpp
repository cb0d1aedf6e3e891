#include "tensor/cuda_video.h"

#include "tensor/cuda_args.h"
#include "tensor/cuda_kernels.h"
#include "tensor/cuda_ops.h"

namespace studio::ops {
namespace {

using namespace cuda;

bool is_conv_float(at::ScalarType type) {
    return type == at::kFloat || type == at::kBFloat16;
}
// [O, taps * I] in bf16, each row padded with zeros to a multiple of eight: the order of a channels-last weight.
at::Tensor weight_rows(const at::Tensor& weight) {
    const at::Tensor last = weight.dim() == 5 ? weight.permute({0, 2, 3, 4, 1}) : weight.permute({0, 2, 3, 1});
    const at::Tensor rows = last.reshape({weight.size(0), -1}).to(at::kBFloat16);
    const std::int64_t rest = rows.size(1) % 8;
    return rest == 0 ? rows.contiguous() : at::constant_pad_nd(rows, {0, 8 - rest}).contiguous();
}

}  // namespace

const char* cuda_conv_refusal(const CudaTable* table, const at::Tensor& before, const at::Tensor& x,
                              const at::Tensor& weight, const ConvShape& shape, bool may_round) {
    if (table == nullptr) return kNoTable;
    if (!may_round) return "our CUDA convolution multiplies in bf16, and the precision is fp32";
    if (!is_conv_float(x.scalar_type())) return "our CUDA convolution takes fp32 and bf16";
    if (x.numel() == 0 || !lies_at(x, 16) || (before.defined() && !lies_at(before, 16))) {
        return "the frames are not contiguous and aligned";
    }
    for (std::int64_t i = 2; i < weight.dim(); ++i)
        if (weight.size(i) > 3) return "our CUDA convolution takes kernels up to 3 x 3 x 3";
    if (shape.time_stride > 2 || shape.space_stride > 2 || shape.space_padding > 2 || shape.far_padding() > 2) {
        return "our CUDA convolution takes strides and padding up to 2";
    }
    if (weight.size(0) > 8192 || weight.size(1) > 8192) return "our CUDA convolution takes up to 8192 channels";
    const kernels::DeviceCaps caps = table->device_caps();
    if (caps.capability < 80) return "our CUDA convolution needs a device of compute capability 8.0";
    if (caps.shared_per_block < 84 * 1024) return "our CUDA convolution needs 84 KiB of shared memory per block";
    return nullptr;
}
at::Tensor cuda_conv(const CudaTable& table, const at::Tensor& before, const at::Tensor& x, const at::Tensor& weight,
                     const at::Tensor& bias, const ConvShape& shape, const at::Tensor& residual) {
    const bool over_time = weight.dim() == 5;
    const at::Tensor rows = weight_rows(weight);
    const at::Tensor addend = bias.defined() ? bias.to(at::kFloat).contiguous() : bias;
    kernels::ConvArgs args;
    args.x = x.const_data_ptr(), args.w = rows.const_data_ptr(), args.w_stride = rows.size(1);
    if (before.defined()) args.before = before.const_data_ptr(), args.history = before.size(0);
    if (bias.defined()) args.bias = addend.const_data_ptr<float>();
    args.frames = x.size(0), args.height = x.size(1), args.width = x.size(2), args.in_channels = x.size(3);
    args.out_channels = weight.size(0), args.kernel_t = over_time ? weight.size(2) : 1;
    args.kernel_h = weight.size(-2), args.kernel_w = weight.size(-1);
    args.time_stride = shape.time_stride, args.space_stride = shape.space_stride;
    args.pad_near = shape.space_padding, args.pad_far = shape.far_padding();
    args.x_type = args.y_type = kernel_type(x.scalar_type());
    const kernels::ConvOutput out = kernels::conv_output(args);
    at::Tensor y = at::empty({out.frames, out.height, out.width, args.out_channels}, x.options());
    args.y = y.mutable_data_ptr();
    const at::Tensor added = residual.defined() ? residual.to(x.scalar_type()).contiguous() : residual;
    if (residual.defined()) args.residual = added.const_data_ptr();
    require_launched(table.conv_frames(args, table.current_stream()), "conv_frames");
    return y;
}

const char* cuda_channel_norm_refusal(const CudaTable* table, const at::Tensor& x, const at::Tensor& gamma,
                                      const at::Tensor& out) {
    if (table == nullptr) return kNoTable;
    if (!is_conv_float(x.scalar_type()) || x.scalar_type() != out.scalar_type() || gamma.scalar_type() != at::kFloat) {
        return "our CUDA channel norm takes fp32 and bf16 with an fp32 weight";
    }
    if (x.numel() == 0 || x.size(-1) % 8 != 0 || x.size(-1) > 1024)
        return "the channels are no multiple of 8 up to 1024";
    const bool fits = x.sizes() == out.sizes() && lies_at(x, 16) && lies_at(out, 16) && lies_at(gamma, 16);
    return fits ? nullptr : "the frames are not contiguous and aligned";
}
void cuda_channel_norm(const CudaTable& table, const at::Tensor& x, const at::Tensor& gamma, bool with_silu,
                       const at::Tensor& out) {
    kernels::NormSiluPadArgs args;
    args.x = x.const_data_ptr(), args.y = out.mutable_data_ptr(), args.gamma = gamma.const_data_ptr<float>();
    args.channels = x.size(-1), args.history = 0, args.type = kernel_type(x.scalar_type());
    args.has_border = false, args.has_silu = with_silu;
    // Pixels are all alike here: a plane of them in whatever shape the limits allow.
    args.width = x.dim() > 1 ? x.size(-2) : 1, args.height = x.dim() > 2 ? x.size(-3) : 1;
    args.frames = x.numel() / (args.width * args.height * args.channels);
    require_launched(table.norm_silu_pad(args, table.current_stream()), "norm_silu_pad");
}

const char* cuda_bytes_refusal(const CudaTable* table, const at::Tensor& frames) {
    if (table == nullptr) return kNoTable;
    if (frames.dim() != 4 || frames.size(0) != 3 || frames.numel() == 0)
        return "the frames have other than three colours";
    return is_kernel_float(frames.scalar_type()) && frames.is_contiguous()
               ? nullptr
               : "the frames are not contiguous fp32, bf16 or fp16";
}
at::Tensor cuda_bytes(const CudaTable& table, const at::Tensor& frames) {
    at::Tensor rgb = at::empty({frames.size(1), frames.size(2), frames.size(3), 3}, frames.options().dtype(at::kByte));
    kernels::ToRgb8Args args;
    args.x = frames.const_data_ptr(), args.rgb = rgb.mutable_data_ptr<std::uint8_t>();
    args.frames = frames.size(1), args.height = frames.size(2), args.width = frames.size(3);
    args.channel_stride = frames.numel() / 3;
    args.type = kernel_type(frames.scalar_type());
    require_launched(table.to_rgb8(args, table.current_stream()), "to_rgb8");
    return rgb;
}

}  // namespace studio::ops

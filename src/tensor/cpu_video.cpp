#include "tensor/cpu_video.h"

#include "core/error.h"
#include "kernels/vae/causal_conv_cpu.h"

namespace studio::ops {
namespace {

namespace cpu = kernels::cpu;

void require(kernels::Status status) {
    if (!status.ok())
        throw Failure(internal_error(std::string("A convolution kernel refused: ") + status.reason + "."));
}

bool is_fp32_on_cpu(const at::Tensor& t) {
    return t.is_cpu() && t.scalar_type() == at::kFloat;
}

}  // namespace

const char* cpu_conv_refusal(const at::Tensor& before, const at::Tensor& x, const at::Tensor& weight, ConvShape shape) {
    if (!cpu::has_causal_conv()) return "the processor lacks AVX2";
    if (weight.dim() != 5 || weight.size(2) != 3 || weight.size(3) != 3 || weight.size(4) != 3)
        return "the window is not 3 x 3 x 3";
    if (shape.time_stride != 1 || shape.space_stride != 1 || shape.space_padding != 1 || shape.far_padding() != 1)
        return "only whole steps with one row and column of zeros";
    if (!is_fp32_on_cpu(x) || !is_fp32_on_cpu(weight)) return "the values are not fp32 on the CPU";
    if (!weight.is_contiguous(at::MemoryFormat::ChannelsLast3d)) return "the weight does not have its channels last";
    const std::int64_t history = before.defined() ? before.size(0) : 0;
    if (history != 0 && history != 2) return "the history is not two frames";
    if (x.size(0) + history < 3 || x.numel() == 0) return "there are no frames to make";
    if (cpu::conv_weight_floats(weight.size(1), weight.size(0)) == 0) return "there are too many channels";
    return nullptr;
}

at::Tensor cpu_conv(const at::Tensor& before, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                    const at::Tensor& residual) {
    // Without a history apart, the first two frames are it.
    const at::Tensor history = (before.defined() ? before : x.slice(0, 0, 2)).contiguous();
    const at::Tensor frames = (before.defined() ? x : x.slice(0, 2)).contiguous();
    cpu::CausalConvArgs args;
    args.before = history.const_data_ptr<float>();
    args.x = frames.const_data_ptr<float>();
    args.frames = frames.size(0);
    args.height = frames.size(1);
    args.width = frames.size(2);
    args.inputs = frames.size(3);
    args.outputs = weight.size(0);
    at::Tensor turned = at::empty({cpu::conv_weight_floats(args.inputs, args.outputs)}, at::kFloat);
    float* const turned_data = turned.mutable_data_ptr<float>();
    const float* const weight_data = weight.const_data_ptr<float>();
    const auto few = [](std::int64_t values) { return std::max<std::int64_t>(1, 32768 / values); };
    at::parallel_for(
        0, cpu::conv_weight_groups(args.outputs), few(16 * 27 * args.inputs),
        [&](std::int64_t begin, std::int64_t end) {
            require(cpu::turn_conv_weight(weight_data, args.inputs, args.outputs, begin, end, turned_data));
        });
    args.weight = turned_data;
    const at::Tensor added = bias.defined() ? bias.contiguous() : bias;
    const at::Tensor more = residual.defined() ? residual.contiguous() : residual;
    if (added.defined()) args.bias = added.const_data_ptr<float>();
    if (more.defined()) args.residual = more.const_data_ptr<float>();
    at::Tensor out = at::empty({args.frames, args.height, args.width, args.outputs}, at::kFloat);
    args.out = out.mutable_data_ptr<float>();
    const std::int64_t scratch_floats = (cpu::causal_conv_scratch_bytes(args) / 4 + 15) / 16 * 16;
    at::Tensor scratch = at::empty({scratch_floats * at::get_num_threads()}, at::kFloat);
    float* const mine = scratch.mutable_data_ptr<float>();
    at::parallel_for(0, cpu::causal_conv_parts(args), 1, [&](std::int64_t begin, std::int64_t end) {
        require(cpu::causal_conv(args, begin, end, mine + scratch_floats * at::get_thread_num()));
    });
    return out;
}

}  // namespace studio::ops

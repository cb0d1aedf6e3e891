#include "component/call.h"
#include "component/components.h"
#include "core/result.h"
#include "tensor/w8a8.h"

namespace studio::component {
namespace {

at::Tensor bf16(const Inputs& inputs, const char* name, const std::vector<std::int64_t>& shape, const char* meaning) {
    return inputs.f32(name, shape, meaning).to(at::kBFloat16);
}

std::int64_t tiles(std::int64_t size) {
    return (size + ops::kInt8Tile - 1) / ops::kInt8Tile;
}

/// The weight as given, or made now; nothing when only the activations are asked for.
std::optional<Int8Tiles> read_weight(const Inputs& inputs, std::int64_t columns, bool quantize) {
    if (quantize) return ops::quantize_tiles(bf16(inputs, "weight_bf16", {kAny, columns}, "(out, in)"));
    if (!inputs.has("int8_weight")) return std::nullopt;
    const at::Tensor values = inputs.of_type("int8_weight", at::kChar, {kAny, columns}, "(out, in)");
    const at::Tensor scale =
        inputs.f32("scale", {tiles(values.size(0)), tiles(columns)}, "(tiles of 128 rows, tiles of 128 columns)");
    return Int8Tiles{values, scale};
}

}  // namespace

void run_linear_w8a8(Call& call) {
    const bool quantize = call.options.boolean("quantize_weight", false);
    call.need_inputs();
    call.begin();
    const auto& inputs = call.inputs();
    const auto device = call.compute().device;
    const at::Tensor x = bf16(inputs, "x", {kAny, kAny}, "(rows, channels)").to(device);
    const Int8Tiles quantised = ops::quantize_tiles(x);
    call.output("x_int8", quantised.values, true);
    call.output("x_scale", quantised.scale);
    const auto given = read_weight(inputs, x.size(1), quantize);
    if (!given) return;
    const Int8Tiles weight{given->values.to(device), given->scale.to(device)};
    if (quantize) {
        call.output("int8_weight", weight.values, true);
        call.output("scale", weight.scale);
    }
    at::Tensor bias;
    if (inputs.has("bias")) bias = bf16(inputs, "bias", {weight.values.size(0)}, "(out)").to(device);
    call.output("acc_f32", ops::int8_tiles_product(quantised, weight));
    call.output("y_bf16", ops::linear_w8a8(x, weight, bias), true);
}

}  // namespace studio::component

#include "component/call.h"
#include "component/components.h"
#include "tensor/self_attention.h"

namespace studio::component {
namespace {

ops::SelfAttention read_options(Call& call) {
    auto& options = call.options;
    ops::SelfAttention how;
    how.kind = *ops::attention_kind(options.choice("kind", std::nullopt, {"dense", "sla", "sage", "sagesla"}));
    how.topk = options.number("sla_topk", how.topk, 1e-9, 1);
    how.pv = options.choice("pv", "fp16", {"fp16", "fp8"}) == "fp8" ? ops::SagePv::kFp8 : ops::SagePv::kFp16;
    how.smooth_k = options.boolean("smooth_k", how.smooth_k);
    return how;
}

/// The narrowest type that holds q and k exactly: a file may store bf16 values as F32, and the block map follows the
/// values.
at::ScalarType type_of_values(const at::Tensor& q, const at::Tensor& k) {
    for (const at::ScalarType type : {at::kBFloat16, at::kHalf}) {
        const auto holds = [type](const at::Tensor& x) { return x.to(type).to(at::kFloat).equal(x); };
        if (holds(q) && holds(k)) return type;
    }
    return at::kFloat;
}

}  // namespace

void run_attention(Call& call) {
    const ops::SelfAttention how = read_options(call);
    call.need_inputs();
    call.begin();
    const Inputs& inputs = call.inputs();
    const Compute& compute = call.compute();
    const char* meaning = "(batch, heads, tokens, channels of a head)";
    const at::Tensor q = inputs.f32("q", {kAny, kAny, kAny, kAny}, meaning);
    const std::vector<std::int64_t> shape = q.sizes().vec();
    const at::Tensor k = inputs.f32("k", shape, meaning);
    const auto by_token = [&](const at::Tensor& x) {
        return x.to(compute.device, compute.dtype()).transpose(1, 2).contiguous();
    };
    ops::AttentionInputs in{by_token(q), by_token(k), by_token(inputs.f32("v", shape, meaning)), {}, {}, {}};
    in.stored_type = type_of_values(q, k);
    if (ops::is_block_sparse(how.kind)) {
        const std::int64_t dim = shape[3];
        in.proj_weight = inputs.f32("proj_l.weight", {dim, dim}, "(out, in)").to(compute.device, compute.dtype());
        in.proj_bias = inputs.f32("proj_l.bias", {dim}, "(out)").to(compute.device, compute.dtype());
    }
    ops::AttentionTrace trace;
    const at::Tensor out = ops::self_attention(in, how, &trace);
    call.output("out", out.unflatten(2, {shape[1], shape[3]}).transpose(1, 2));
    if (!ops::is_block_sparse(how.kind)) return;
    call.output("mask", trace.mask, true);
    call.output("sparse", trace.sparse.transpose(1, 2));
}

}  // namespace studio::component

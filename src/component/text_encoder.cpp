#include "component/call.h"
#include "component/components.h"
#include "core/result.h"
#include "model/umt5_encoder.h"

namespace studio::component {

void run_text_encoder(Call& call) {
    (void)call.model();
    call.need_inputs();
    call.begin();
    const auto encoder = Umt5Encoder::load(open_model(call, checkpoint::Role::kTextEncoder), call.compute());
    const at::Tensor ids = call.inputs().i64("ids", {kAny, kAny}, "(batch, tokens)");
    const at::Tensor mask =
        call.inputs().optional_i64("mask", {ids.size(0), ids.size(1)}, "(batch, tokens)").value_or(at::ones_like(ids));
    if (!mask.eq(0).logical_or(mask.eq(1)).all().item<bool>())
        call.inputs().refuse("mask", "holds values other than 0 and 1.", "1 for real tokens and 0 for padding");
    const std::int64_t rows = encoder->config().vocab_size;
    if (ids.min().item<std::int64_t>() < 0 || ids.max().item<std::int64_t>() >= rows)
        call.inputs().refuse("ids", "holds ids outside 0 to " + std::to_string(rows - 1) + ".",
                             "ids of this model's vocabulary");
    // Rows with mask 0 come out as zeros, so one tensor serves both names.
    const at::Tensor hidden = encoder->encode(ids, mask, call.stop);
    call.output("last_hidden_state", hidden);
    call.output("context", hidden);
}

}  // namespace studio::component

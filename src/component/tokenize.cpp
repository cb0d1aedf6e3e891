#include "component/call.h"
#include "component/components.h"
#include "core/result.h"
#include "core/text.h"
#include "tensor/guard.h"
#include "text/tokenizer.h"

namespace studio::component {
namespace {

constexpr std::int64_t kMaxLength = 1 << 20;  // tokens; far above any model, low enough to allocate

/// ids and mask, I64 [B, max_length], padded.
void output_padded(Call& call, const std::vector<std::vector<std::int32_t>>& ids, std::int64_t max_length,
                   std::int32_t pad_id) {
    const auto rows = static_cast<std::int64_t>(ids.size());
    at::Tensor padded = at::full({rows, max_length}, static_cast<std::int64_t>(pad_id), at::kLong);
    at::Tensor mask = at::zeros({rows, max_length}, at::kLong);
    for (std::int64_t row = 0; row < rows; ++row) {
        const auto& source = ids[static_cast<std::size_t>(row)];
        const auto count = static_cast<std::int64_t>(source.size());
        const at::Tensor line = at::tensor(at::ArrayRef<std::int32_t>(source)).to(at::kLong);
        padded[row].narrow(0, 0, count).copy_(line);
        mask[row].narrow(0, 0, count).fill_(1);
    }
    call.output("ids", padded);
    call.output("mask", mask);
}

}  // namespace

void run_tokenize(Call& call) {
    const auto texts = call.options.texts("text", std::nullopt);
    const bool clean = call.options.boolean("clean", true);
    std::optional<std::int64_t> max_length = 512;
    if (call.options.has("max_length"))
        max_length = call.options.integer("max_length", std::nullopt, 1, kMaxLength);
    else if (call.arguments().options.contains("max_length"))
        max_length.reset();  // null: no cut
    const bool pad = call.options.boolean("pad", false);
    if (pad && !max_length)
        throw Failure(invalid_argument("pad", "\"pad\" needs a length, but \"max_length\" is null.",
                                       "Give \"max_length\", or leave \"pad\" out."));
    (void)call.model();
    call.begin();

    const auto tokenizer = text::Tokenizer::open(call.model()).value();
    Json cleaned = Json::array(), listed = Json::array();
    std::vector<std::vector<std::int32_t>> ids;
    for (const auto& raw : texts) {
        throw_if_cancelled(call.stop);
        const std::string text = clean ? text::clean_prompt(raw).value() : raw;
        const auto limit =
            max_length ? std::optional<std::size_t>(static_cast<std::size_t>(*max_length)) : std::nullopt;
        auto encoded = tokenizer->encode(text, limit).value();
        cleaned.push_back(text);
        listed.push_back(encoded.ids);
        ids.push_back(std::move(encoded.ids));
    }
    call.result = Json{{"cleaned", std::move(cleaned)}, {"ids", std::move(listed)}};
    if (pad) output_padded(call, ids, *max_length, tokenizer->pad_id());
}

}  // namespace studio::component

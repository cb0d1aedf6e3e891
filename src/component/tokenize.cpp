#include <array>
#include <fstream>

#include "component/call.h"
#include "component/components.h"
#include "core/result.h"
#include "core/text.h"
#include "tensor/guard.h"
#include "text/tokenizer.h"

namespace studio::component {
namespace {

constexpr std::int64_t kMaxLength = 1 << 20;  // tokens; far above any model, low enough to allocate

struct Plan {
    std::vector<std::string> texts;
    bool is_cleaned = true, is_padded = false;
    std::optional<std::size_t> max_length;
};

Plan read_plan(Call& call) {
    auto& options = call.options;
    Plan plan;
    plan.texts = options.texts("text", std::nullopt);
    plan.is_cleaned = options.boolean("clean", true);
    // null means "no cut", which is not the same as absent.
    const bool is_null = !options.has("max_length") && call.arguments().options.contains("max_length");
    if (!is_null) plan.max_length = static_cast<std::size_t>(options.integer("max_length", 512, 1, kMaxLength));
    plan.is_padded = options.boolean("pad", false);
    if (plan.is_padded && is_null)
        throw Failure(invalid_argument("pad", "\"pad\" needs a length, but \"max_length\" is null.",
                                       "Give \"max_length\", or leave \"pad\" out."));
    return plan;
}

/// Told by content: a header length that fits into the file, then an opening brace. SentencePiece and JSON files begin
/// with bytes that read as a length beyond any file.
bool is_safetensors(const std::filesystem::path& path) {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(path, ignored)) return false;
    std::array<char, 9> start{};
    std::ifstream file(path, std::ios::binary);
    if (!file.read(start.data(), start.size())) return false;
    std::uint64_t header_bytes = 0;
    for (int i = 7; i >= 0; --i)
        header_bytes = header_bytes << 8 | static_cast<unsigned char>(start[static_cast<std::size_t>(i)]);
    return start[8] == '{' && header_bytes <= std::filesystem::file_size(path, ignored);
}

/// A tokenizer file or folder, or the SentencePiece model inside a text encoder file (wan.md 3.4).
std::unique_ptr<text::Tokenizer> open_tokenizer(const std::filesystem::path& path) {
    if (!is_safetensors(path)) return text::Tokenizer::open(path).value();
    const auto file = io::Checkpoint::open(path).value();
    const std::string name = path_to_utf8(path);
    const auto* embedded = file->find("spiece_model");
    if (embedded == nullptr) {
        Error error{ErrorCode::kNotFound,
                    "The file holds no tokenizer: it has no tensor \"spiece_model\".",
                    name,
                    "spiece_model",
                    "Name spiece.model, tokenizer.json, or a text encoder file with an embedded tokenizer.",
                    {}};
        throw Failure(std::move(error));
    }
    const auto bytes = file->bytes(*embedded);
    return text::Tokenizer::from_bytes({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, name).value();
}

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
    const Plan plan = read_plan(call);
    (void)call.model();
    call.begin();
    const auto tokenizer = open_tokenizer(call.model());
    Json cleaned = Json::array(), listed = Json::array();
    std::vector<std::vector<std::int32_t>> ids;
    for (const auto& raw : plan.texts) {
        throw_if_cancelled(call.stop);
        const std::string text = plan.is_cleaned ? text::clean_prompt(raw).value() : raw;
        auto encoded = tokenizer->encode(text, plan.max_length).value();
        cleaned.push_back(text);
        listed.push_back(encoded.ids);
        ids.push_back(std::move(encoded.ids));
    }
    call.result = Json{{"cleaned", std::move(cleaned)}, {"ids", std::move(listed)}};
    if (plan.is_padded) output_padded(call, ids, static_cast<std::int64_t>(*plan.max_length), tokenizer->pad_id());
}

}  // namespace studio::component

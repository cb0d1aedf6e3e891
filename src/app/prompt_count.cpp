#include "app/prompt_count.h"

#include <vector>

#include "app/resolve.h"
#include "library/models.h"
#include "pipeline/model_parts.h"
#include "text/tokenizer.h"

namespace studio {
namespace {

/// Where characters begin, and the end.
std::vector<std::size_t> boundaries(const std::string& text) {
    std::vector<std::size_t> at;
    for (std::size_t i = 0; i < text.size(); ++i)
        if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) at.push_back(i);
    at.push_back(text.size());
    return at;
}

Result<std::size_t> tokens_of(const text::Tokenizer& tokenizer, const std::string& text) {
    STUDIO_TRY(cleaned, text::clean_prompt(text));
    STUDIO_TRY(encoded, tokenizer.encode(cleaned, std::nullopt));
    return encoded.untruncated;
}
}  // namespace

Result<PromptCount> count_prompt(const std::string& model, const std::string& text) {
    STUDIO_TRY(path, find_model(model));
    std::error_code ec;
    const auto absolute = std::filesystem::absolute(path, ec);
    STUDIO_TRY(parts, shared_models().open(ec ? path : absolute.lexically_normal(), {}));
    const text::Tokenizer& tokenizer = *parts->tokenizer;
    PromptCount count{0, static_cast<std::size_t>(parts->dit_config.text_len), text.size()};
    STUDIO_TRY(tokens, tokens_of(tokenizer, text));
    count.tokens = tokens;
    if (tokens <= count.limit) return count;
    const std::vector<std::size_t> ends = boundaries(text);
    std::size_t fits = 0, too_long = ends.size() - 1;  // indices into `ends`
    while (too_long - fits > 1) {
        const std::size_t middle = fits + (too_long - fits) / 2;
        STUDIO_TRY(so_far, tokens_of(tokenizer, text.substr(0, ends[middle])));
        (so_far <= count.limit ? fits : too_long) = middle;
    }
    count.read_bytes = ends[fits];
    return count;
}

}  // namespace studio

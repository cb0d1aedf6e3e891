// app/prompt_count.h - how long a prompt is for a model, told while a person types.
#pragma once
#include <cstddef>
#include <string>

#include "core/result.h"

namespace studio {

struct PromptCount {
    std::size_t tokens = 0;      // of the whole text, the end mark included
    std::size_t limit = 0;       // that the model reads, the end mark included
    std::size_t read_bytes = 0;  // of the text as it stands: from here on nothing is read; its size when all is
    bool operator==(const PromptCount&) const = default;
};

/// With the tokenizer of the model (a path or name as in GenerationRequest::model) and the pipelines' clean-up. Where
/// reading stops is the end of the longest beginning of the text that the model takes whole, at a whole character.
/// Errors   InvalidArgument: invalid UTF-8, or longer than kMaxPromptBytes; those of opening the model.
/// Threads  any. Cost: a few milliseconds once the model's tokenizer is open (kept from call to call).
Result<PromptCount> count_prompt(const std::string& model, const std::string& text);

}  // namespace studio

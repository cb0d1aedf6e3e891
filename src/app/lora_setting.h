// app/lora_setting.h - adapters as people write them: PATH[:STRENGTH][:EXPERT].
#pragma once
#include <string_view>

#include "app/generation_request.h"

namespace studio {

/// Add one adapter from text; an empty text removes all. What follows the last colons counts only when it is a number
/// or both, high, low: a path may hold colons itself.   Errors  InvalidArgument, field "loras".
Result<void> add_lora(GenerationRequest& request, std::string_view text);

/// Paths, strengths (at most 100 in size) and experts; at most 64 adapters.   Errors  InvalidArgument, field "loras".
Result<void> check_loras(const std::vector<LoraSetting>& loras);

}  // namespace studio

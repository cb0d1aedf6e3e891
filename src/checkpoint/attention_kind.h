// checkpoint/attention_kind.h - which self-attention a checkpoint can run, and which it runs unasked.
#pragma once
#include <string>
#include <string_view>

#include "checkpoint/configs.h"
#include "core/result.h"

namespace studio::checkpoint {

struct AttentionChoice {
    std::string kind;    // "dense", "sla", "sagesla", "sage"; never "auto"
    std::string notice;  // what a person should know about it, or empty
};

/// "auto" becomes sla for a checkpoint that was trained for it (DitConfig::has_sla), else dense. Dense and sage kinds
/// run on a checkpoint that was trained for SLA, and the sparse kinds on one that only got a linear branch afterwards,
/// with a notice. Errors   InvalidArgument: no such word. Unsupported: sla or sagesla without proj_l; the error's file
/// is left to the
///          caller.
Result<AttentionChoice> choose_attention(std::string_view asked, const DitConfig& config);

}  // namespace studio::checkpoint

#include "checkpoint/attention_kind.h"

#include <fmt/format.h>

#include "core/text.h"

namespace studio::checkpoint {

Result<AttentionChoice> choose_attention(std::string_view asked, const DitConfig& config) {
    if (asked == "auto") return AttentionChoice{config.has_sla ? "sla" : "dense", {}};
    const bool is_sparse = asked == "sla" || asked == "sagesla";
    if (!is_sparse && asked != "dense" && asked != "sage") {
        return invalid_argument("attention",
                                fmt::format("There is no attention kind \"{}\".", escape_for_display(asked)),
                                "Use auto, dense, sla, sagesla or sage.");
    }
    if (is_sparse && !config.has_linear_branch) {
        return Error{ErrorCode::kUnsupported,
                     fmt::format("Attention \"{}\" needs a transformer that was trained for it: this one has no "
                                 "linear branch (proj_l).",
                                 asked),
                     {},
                     "attention",
                     "Use auto or dense, or a TurboDiffusion checkpoint.",
                     {}};
    }
    AttentionChoice choice{std::string(asked), {}};
    if (!is_sparse && config.has_sla) {
        choice.notice = fmt::format(
            "This transformer was trained for sparse-linear attention (SLA); with {} attention the picture gets worse.",
            asked);
    }
    if (is_sparse && !config.has_sla) {
        choice.notice = fmt::format(
            "This transformer was trained for dense attention and got its linear branch afterwards; {} attention draws "
            "another picture.",
            asked);
    }
    return choice;
}

}  // namespace studio::checkpoint

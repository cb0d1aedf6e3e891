#include "ui/widgets/prompt_history.h"

namespace studio::ui {

void PromptHistory::setPrompts(const QStringList& newest_first) {
    prompts_.clear();
    for (const QString& prompt : newest_first)
        if (!prompt.trimmed().isEmpty() && !prompts_.contains(prompt)) prompts_ << prompt;
    position_ = 0;
}

/// An old prompt that was changed is the unfinished text from then on.
void PromptHistory::noticeEdits(const QString& shown) {
    if (position_ > 0 && shown != prompts_.at(position_ - 1)) position_ = 0;
    if (position_ == 0) unfinished_ = shown;
}

std::optional<QString> PromptHistory::older(const QString& shown) {
    noticeEdits(shown);
    qsizetype next = position_ + 1;
    if (position_ == 0 && next <= prompts_.size() && prompts_.at(0) == shown) ++next;  // it would look like no step
    if (next > prompts_.size()) return std::nullopt;
    position_ = next;
    return prompts_.at(position_ - 1);
}

std::optional<QString> PromptHistory::newer(const QString& shown) {
    noticeEdits(shown);
    if (position_ == 0) return std::nullopt;
    --position_;
    if (position_ > 0) return prompts_.at(position_ - 1);
    return unfinished_;
}

}  // namespace studio::ui

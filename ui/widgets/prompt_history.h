// ui/widgets/prompt_history.h - walking through earlier prompts; the unfinished one is kept and comes back.
#pragma once
#include <QStringList>
#include <optional>

namespace studio::ui {

/// Holds texts only; whoever shows them asks `older` and `newer` with what is in the box at that moment.
class PromptHistory {
  public:
    /// Newest first. Empty ones and repetitions are left out. Ends a walk.
    void setPrompts(const QStringList& newest_first);
    bool isEmpty() const { return prompts_.isEmpty(); }

    /// The prompt before; nothing at the oldest one.
    std::optional<QString> older(const QString& shown);
    /// The prompt after, last the unfinished text; nothing when that is shown.
    std::optional<QString> newer(const QString& shown);
    /// 0: the unfinished text, 1: the newest prompt, ...
    qsizetype position() const { return position_; }
    qsizetype size() const { return prompts_.size(); }

  private:
    void noticeEdits(const QString& shown);

    QStringList prompts_;
    QString unfinished_;
    qsizetype position_ = 0;
};

}  // namespace studio::ui

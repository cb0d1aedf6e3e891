// ui/widgets/prompt_edit.h - the box for the prompt: plain text, Tab leaves it, pastes stay small enough to lay out.
#pragma once
#include <QPlainTextEdit>

namespace studio::ui {

class PromptEdit : public QPlainTextEdit {
    Q_OBJECT
  public:
    static constexpr qsizetype kMaxBytes = 32 * 1024;  // UTF-8; the engine's models read about 2 KiB of it

    explicit PromptEdit(QWidget* parent = nullptr);
    qsizetype promptBytes() const { return toPlainText().toUtf8().size(); }

  Q_SIGNALS:
    /// A paste or drop was left out because the prompt would pass kMaxBytes.
    void pasteRefused(qsizetype bytes);

  protected:
    void insertFromMimeData(const QMimeData* source) override;
};

}  // namespace studio::ui

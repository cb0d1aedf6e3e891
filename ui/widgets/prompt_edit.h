// ui/widgets/prompt_edit.h - the box for the prompt: plain text, Tab leaves it, pastes stay small enough to lay out.
#pragma once
#include <QPlainTextEdit>
#include <optional>

namespace studio::ui {

class PromptEdit : public QPlainTextEdit {
    Q_OBJECT
  public:
    static constexpr qsizetype kMaxBytes = 32 * 1024;  // UTF-8; the engine's models read about 2 KiB of it

    explicit PromptEdit(QWidget* parent = nullptr);
    qsizetype promptBytes() const { return toPlainText().toUtf8().size(); }
    /// Another text as one step that Undo takes back.
    void replaceText(const QString& text);
    /// What comes after this position is shown as not read; nothing: all is read.
    void setReadLimit(std::optional<int> position);

  Q_SIGNALS:
    /// A paste or drop was left out because the prompt would pass kMaxBytes.
    void pasteRefused(qsizetype bytes);

  protected:
    void insertFromMimeData(const QMimeData* source) override;
    void changeEvent(QEvent* event) override;

  private:
    void markUnread();

    std::optional<int> read_limit_;
};

}  // namespace studio::ui

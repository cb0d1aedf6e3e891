// ui/widgets/prompt_counter.h - how long the prompt is for the model, and where it stops reading.
#pragma once
#include <QLabel>
#include <QTimer>
#include <optional>

#include "ui/backend.h"
#include "ui/background.h"

namespace studio::ui {

class PromptEdit;

/// Counts while a person types, with the model's own tokenizer in the background; characters until the answer is there,
/// and for a model that cannot be asked. What is not read is dimmed in the editor and said in words.
/// Threads   GUI thread.   Ownership  the editor must outlive it.
class PromptCounter : public QLabel {
    Q_OBJECT
  public:
    PromptCounter(const Backend& backend, PromptEdit& editor, QWidget* parent = nullptr);

    void setModel(const std::string& path);
    /// The text has changed.
    void count();
    /// Where the model stops reading, in the editor's text; nothing: it reads all, or that is not known.
    std::optional<int> readLimit() const { return limit_; }

  private:
    void run();
    void showCharacters();
    void showAnswer(const QString& text, const Result<PromptCount>& answer);

    std::function<Result<PromptCount>(const std::string&, const std::string&)> count_prompt_;
    PromptEdit& editor_;
    Background background_;
    QTimer pause_;
    std::string model_;
    bool is_asking_ = false, is_stale_ = false;
    bool is_counted_ = false;  // the label shows tokens of this model
    std::optional<int> limit_;
};

}  // namespace studio::ui

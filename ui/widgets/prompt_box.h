// ui/widgets/prompt_box.h - the prompt with its counter, earlier prompts, ideas, and what is to be said about it.
#pragma once
#include <QLabel>
#include <QPushButton>
#include <QToolButton>
#include <QWidget>

#include "ui/widgets/prompt_counter.h"
#include "ui/widgets/prompt_edit.h"
#include "ui/widgets/prompt_history.h"

namespace studio::ui {

/// Threads   GUI thread.
class PromptBox : public QWidget {
    Q_OBJECT
  public:
    explicit PromptBox(const Backend& backend, QWidget* parent = nullptr);

    void setModel(const ModelInfo& model, const std::string& path);
    void setText(const QString& text);
    QString text() const { return edit_->toPlainText(); }
    PromptEdit* edit() { return edit_; }
    /// Earlier prompts, newest first.
    void setPrompts(const QStringList& newest_first);
    /// As Alt+Up and Alt+Down do.
    void showOlder();
    void showNewer();
    /// A remark, gone with the next change of the text. Empty: none.
    void setNotice(const QString& notice);
    void setProblem(const QString& problem);

  Q_SIGNALS:
    void textChanged();
    /// A walk through earlier prompts begins: setPrompts with fresh ones may follow at once or later.
    void promptsWanted();

  private:
    QWidget* makeHeader();
    void say(const QString& text, const char* role);
    void onTextChanged();
    void takeNextExample();
    void walk(bool is_older);
    void updateHint();

    PromptEdit* edit_;
    PromptCounter* counter_;
    QLabel* hint_;
    QPushButton* spark_;
    QToolButton* older_;
    QToolButton* newer_;
    PromptHistory history_;
    bool wants_older_ = false;  // asked for before the prompts were there
    bool is_trained_on_short_ = true;
    QString notice_;
    QStringList examples_;
    qsizetype next_example_ = 0;
};

}  // namespace studio::ui

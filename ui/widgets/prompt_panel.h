// ui/widgets/prompt_panel.h - where a video is asked for: prompt, settings, Generate and Cancel.
#pragma once
#include <QFrame>
#include <QLabel>
#include <QPushButton>

#include "ui/session.h"
#include "ui/widgets/prompt_edit.h"
#include "ui/widgets/settings_form.h"

namespace studio::ui {

/// Threads   GUI thread.
class PromptPanel : public QFrame {
    Q_OBJECT
  public:
    explicit PromptPanel(std::span<const Setting> settings, QWidget* parent = nullptr);

    void setModel(const ModelInfo& model);
    void setState(Session::State state);
    /// The settings shown are those of a waiting job: Generate becomes "Save changes".
    void setEditing(bool is_editing);
    void setPrompt(const QString& prompt);
    /// "Same settings again": everything that this panel shows, from a request.
    void setValues(const GenerationRequest& request);
    /// A remark of the engine about this prompt, e.g. where the model stops reading. Empty: none.
    void setNotice(const QString& notice);
    void focusPrompt();

    /// What is asked for, without a model or an output.   Errors: InvalidArgument, for show beside the field.
    Result<GenerationRequest> request() const;
    /// Show an error of request() where the person is looking, and put the focus there.
    void showProblem(const Error& error);

  Q_SIGNALS:
    void generateRequested();
    void cancelRequested();

  private:
    QWidget* makeForm(std::span<const Setting> settings);
    QWidget* makeFooter();
    void takeNextExample();
    void onTextChanged();
    void updateButtons();

    PromptEdit* prompt_;
    QLabel* counter_;
    QLabel* hint_;
    QPushButton* spark_;
    SettingsForm* settings_;
    QPushButton* generate_;
    QPushButton* cancel_;
    QStringList examples_;
    qsizetype next_example_ = 0;
    Session::State state_ = Session::State::kIdle;
    bool is_editing_ = false;
};

}  // namespace studio::ui

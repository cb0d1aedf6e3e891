// ui/widgets/prompt_panel.h - where a video is asked for: prompt, settings, Generate and Cancel.
#pragma once
#include <QFrame>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include "ui/session.h"
#include "ui/widgets/fit_line.h"
#include "ui/widgets/image_form.h"
#include "ui/widgets/prompt_edit.h"
#include "ui/widgets/settings_form.h"

namespace studio::ui {

/// Threads   GUI thread.
class PromptPanel : public QFrame {
    Q_OBJECT
  public:
    explicit PromptPanel(const Backend& backend, QWidget* parent = nullptr);

    void setModel(const ModelInfo& model);
    void setState(Session::State state);
    /// The settings shown are those of a waiting job: Generate becomes "Save changes".
    void setEditing(bool is_editing);
    void setPrompt(const QString& prompt);
    QString promptText() const { return prompt_->toPlainText(); }
    /// "Same settings again": everything that this panel shows, from a request.
    void setValues(const GenerationRequest& request);
    /// A remark of the engine about this prompt, e.g. where the model stops reading. Empty: none.
    void setNotice(const QString& notice);
    void focusPrompt();

    /// What is asked for, without a model or an output.   Errors: InvalidArgument, for show beside the field.
    Result<GenerationRequest> request() const;
    /// Show an error of request() where the person is looking, and put the focus there.
    void showProblem(const Error& error);

    /// A picture dropped or pasted anywhere on the window. False when the chosen model takes none.
    bool takeImage(const QMimeData* offered) { return images_->take(offered); }
    /// How many videos one press makes, each with a seed of its own.
    int variations() const { return variations_->value(); }

  Q_SIGNALS:
    void generateRequested();
    void cancelRequested();

  private:
    QWidget* makeForm(const Backend& backend);
    void connectForm();
    QWidget* makeVariationsRow();
    void makeNegativeRow(QVBoxLayout* layout);
    void askFit();
    QWidget* makeFooter();
    void takeNextExample();
    void onTextChanged();
    void updateButtons();

    PromptEdit* prompt_;
    QLabel* counter_;
    QLabel* hint_;
    QPushButton* spark_;
    ImageForm* images_;
    SettingsForm* settings_;
    QSpinBox* variations_;
    QPlainTextEdit* negative_;
    QLabel* negative_label_;
    QLabel* negative_reason_;
    FitLine* fit_;
    std::string model_path_;
    QPushButton* generate_;
    QPushButton* cancel_;
    QStringList examples_;
    qsizetype next_example_ = 0;
    Session::State state_ = Session::State::kIdle;
    bool is_editing_ = false;
};

}  // namespace studio::ui

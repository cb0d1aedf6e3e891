// ui/widgets/prompt_panel.h - where a video is asked for: prompt, pictures, settings, Generate and Cancel.
#pragma once
#include <QFrame>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/session.h"
#include "ui/widgets/advanced_form.h"
#include "ui/widgets/fit_line.h"
#include "ui/widgets/image_form.h"
#include "ui/widgets/prompt_box.h"
#include "ui/widgets/settings_form.h"

namespace studio::ui {

/// Threads   GUI thread.
class PromptPanel : public QFrame {
    Q_OBJECT
  public:
    explicit PromptPanel(const Backend& backend, QWidget* parent = nullptr);

    /// `path`: what the engine is asked for when the model is known by name only.
    void setModel(const ModelInfo& model, const std::string& path = {});
    /// Pictures are wanted, or text alone, of a model that makes videos from both.
    void setTakesImages(bool takes_images);
    void setState(Session::State state);
    /// The settings shown are those of a waiting job: Generate becomes "Save changes".
    void setEditing(bool is_editing);
    /// No model can be used yet: the button says that it fetches one first.
    void setModelMissing(bool is_missing);
    void setPrompt(const QString& prompt) { prompt_->setText(prompt); }
    QString promptText() const { return prompt_->text(); }
    /// "Same settings again": everything that this panel shows, from a request.
    void setValues(const GenerationRequest& request);
    /// A preset: everything but prompt, pictures and seed.
    void setSettings(const GenerationRequest& request);
    /// A remark of the engine about this prompt, e.g. where the model stops reading. Empty: none.
    void setNotice(const QString& notice) { prompt_->setNotice(notice); }
    void focusPrompt() { prompt_->edit()->setFocus(); }

    /// What is asked for, without a model or an output.   Errors: InvalidArgument, for show beside the field.
    Result<GenerationRequest> request() const;
    /// The same without the words; nothing while a value is no value.
    std::optional<GenerationRequest> settings() const;
    /// Show an error of request() where the person is looking, and put the focus there.
    void showProblem(const Error& error);

    /// A picture dropped or pasted anywhere on the window. False when the chosen model takes none.
    bool takeImage(const QMimeData* offered) { return images_->take(offered); }
    /// How many videos one press makes, each with a seed of its own.
    int variations() const { return settings_->variations(); }

    PromptBox& promptBox() { return *prompt_; }
    AdvancedForm& advanced() { return *advanced_; }
    SeedRow& seeds() { return settings_->seeds(); }
    FitLine& fitLine() { return *fit_; }

  Q_SIGNALS:
    void generateRequested();
    void cancelRequested();
    /// Anything but the words has changed.
    void settingsChanged();

  private:
    QWidget* makeForm(const Backend& backend);
    void connectForm();
    void makeNegativeRow(QVBoxLayout* layout);
    QWidget* makeFooter();
    void onChanged();
    void askFit();
    void updateParts();
    void updateButtons();

    PromptBox* prompt_;
    ImageForm* images_;
    SettingsForm* settings_;
    AdvancedForm* advanced_;
    QPlainTextEdit* negative_;
    QLabel* negative_label_;
    QLabel* negative_reason_;
    FitLine* fit_;
    std::string model_path_;
    QPushButton* generate_;
    QPushButton* cancel_;
    Session::State state_ = Session::State::kIdle;
    bool is_editing_ = false;
    bool is_model_missing_ = false;
};

}  // namespace studio::ui

// ui/widgets/settings_form.h - size, length, seed and how many, with the chosen model's defaults.
#pragma once
#include <QLabel>
#include <QSlider>
#include <QSpinBox>
#include <QWidget>

#include "app/generation_request.h"
#include "library/models.h"
#include "ui/widgets/seed_row.h"
#include "ui/widgets/size_form.h"

namespace studio::ui {

/// Threads   GUI thread.
class SettingsForm : public QWidget {
    Q_OBJECT
  public:
    explicit SettingsForm(QWidget* parent = nullptr);

    /// Offer what suits this model and choose its defaults. What the model does not state is left to the engine.
    void setModel(const ModelInfo& model);
    /// Show the values of a request; what it leaves open is the model's own.
    void setValues(const GenerationRequest& request);
    /// Write the values into a request.   Errors: InvalidArgument for a seed that is no number in range.
    Result<void> fill(GenerationRequest& request) const;
    /// Frames per second that will run, when they are not the model's own; 0: they are.
    void setFps(double fps);
    SizeForm& sizes() { return *size_; }
    SeedRow& seeds() { return *seed_; }
    int variations() const { return variations_->value(); }

  Q_SIGNALS:
    void changed();

  private:
    QWidget* makeLengthRow();
    QWidget* makeLastRow();
    void showShape(const GenerationRequest& request);  // size and length
    void updateLengthText();

    SizeForm* size_;
    QSlider* length_;  // k of num_frames = 4k + 1
    QLabel* length_text_;
    SeedRow* seed_;
    QSpinBox* variations_;
    double fps_ = 0, own_fps_ = 0;  // 0: unknown
    int own_frames_ = 0;            // of the model; 0: unknown
    int most_frames_ = 0;
    bool has_length_ = false;  // the model, a request or the person stated it
};

}  // namespace studio::ui

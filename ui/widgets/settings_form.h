// ui/widgets/settings_form.h - size, length, steps and seed, with the chosen model's defaults.
#pragma once
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QSlider>
#include <QToolButton>
#include <QWidget>
#include <span>

#include "library/models.h"
#include "app/settings_table.h"

namespace studio::ui {

/// Threads   GUI thread.
class SettingsForm : public QWidget {
    Q_OBJECT
  public:
    explicit SettingsForm(std::span<const Setting> settings, QWidget* parent = nullptr);

    /// Offer what suits this model and choose its defaults. What the model does not state is left to the engine.
    void setModel(const ModelInfo& model);
    /// Show the values of an earlier request, the drawn seed included.
    void setValues(const GenerationRequest& request);
    /// Write the values into a request.   Errors: InvalidArgument for a seed that is no number in range.
    Result<void> fill(GenerationRequest& request) const;

  Q_SIGNALS:
    void changed();

  private:
    QWidget* makeSizeRow();
    QWidget* makeLengthRow();
    QWidget* makeStepsRow();
    QWidget* makeSeedRow();
    void offerSizes(const ModelInfo& model);
    void offerShapesOfArea(int width, int height);
    void addSize(int width, int height, bool is_default);
    void updateLengthText();
    void updateStepsText();
    void updateSeedState();
    void setRange(QSlider* slider, std::string_view key, int low, int high);

    std::span<const Setting> settings_;
    QComboBox* size_;
    QSlider* length_;  // k of num_frames = 4k + 1
    QLabel* length_text_;
    QSlider* steps_;
    QLabel* steps_text_;
    QLineEdit* seed_;
    QToolButton* dice_;
    double fps_ = 0;                               // of the model; 0: unknown
    bool has_length_ = false, has_steps_ = false;  // the model or a request stated them
};

}  // namespace studio::ui

// ui/widgets/image_form.h - the pictures that a video starts from and ends with, and how they are fitted.
#pragma once
#include <QComboBox>
#include <QLabel>

#include "ui/widgets/image_well.h"

namespace studio::ui {

/// Threads   GUI thread.
class ImageForm : public QWidget {
    Q_OBJECT
  public:
    explicit ImageForm(const Backend& backend, QWidget* parent = nullptr);

    /// Wells that this model uses; the others are gone, and one line says why.
    void setModel(const ModelInfo& model);
    void setValues(const GenerationRequest& request);
    void fill(GenerationRequest& request) const;
    /// A drop on the window: into the first well that is free. False when this model takes no picture.
    bool take(const QMimeData* offered);
    bool takesImages() const { return takes_start_; }

  Q_SIGNALS:
    void changed();

  private:
    void updateParts();

    ImageWell* start_;
    ImageWell* end_;
    QComboBox* fit_;
    QLabel* fit_label_;
    bool takes_start_ = false, takes_end_ = false;
};

}  // namespace studio::ui

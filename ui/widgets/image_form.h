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

    /// Wells that this model uses; the others are gone.
    void setModel(const ModelInfo& model);
    void setValues(const GenerationRequest& request);
    void fill(GenerationRequest& request) const;
    /// A drop on the window: into the first well that is free. False when this model takes no picture.
    bool take(const QMimeData* offered);
    bool takesImages() const { return takes_start_ && is_wanted_; }
    /// A model that makes videos from text alone too is asked for one of them.
    void setWanted(bool is_wanted);
    void setFit(const QString& fit);
    /// Size of the picture whose shape the video takes; invalid: none decides it.
    QSize followedSize() const;

  Q_SIGNALS:
    void changed();

  private:
    void updateParts();

    ImageWell* start_;
    ImageWell* end_;
    QComboBox* fit_;
    QLabel* fit_label_;
    bool takes_start_ = false, takes_end_ = false;
    bool is_wanted_ = true;
};

}  // namespace studio::ui

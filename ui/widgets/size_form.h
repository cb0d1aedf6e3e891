// ui/widgets/size_form.h - resolution and shape of the video, and the pixels that follow from them.
#pragma once
#include <QComboBox>
#include <QLabel>
#include <QSpinBox>
#include <QWidget>

#include "app/video_sizes.h"

namespace studio::ui {

/// Threads   GUI thread.
class SizeForm : public QWidget {
    Q_OBJECT
  public:
    explicit SizeForm(QWidget* parent = nullptr);

    /// Offer what this model is made for and choose its own size.
    void setModel(const ModelInfo& model);
    /// Another size; what no resolution and shape gives is shown as an own size. Invalid: the model's own.
    void setSize(QSize size);
    /// Invalid: nothing is known, the engine decides.
    QSize size() const;
    /// A picture decides the shape: `picture` is its size, invalid for none.
    void setFollowed(QSize picture);

  Q_SIGNALS:
    void changed();

  private:
    void makeRows();
    QWidget* makeCustomRow();
    void fillAspects();
    void addResolution(const QString& text, QSize size);
    bool isCustom() const;
    AspectRatio aspect() const;
    void chooseAspectOf(QSize size);
    void onChosen();
    void updateText();
    void updateAspectState();

    ModelInfo model_;
    std::vector<SizeClass> classes_;
    QSize own_;
    QSize followed_;
    bool has_fixed_sizes_ = false;  // the card names all sizes
    QComboBox* resolution_;
    QComboBox* aspect_;
    QLabel* aspect_label_;
    QLabel* text_;
    QWidget* custom_;
    QSpinBox* width_;
    QSpinBox* height_;
};

}  // namespace studio::ui

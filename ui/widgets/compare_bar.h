// ui/widgets/compare_bar.h - how two results are compared: beside each other, or one wiped over the other.
#pragma once
#include <QSlider>
#include <QToolButton>
#include <QWidget>

#include "ui/widgets/frame_canvas.h"

namespace studio::ui {

/// Threads   GUI thread.
class CompareBar : public QWidget {
    Q_OBJECT
  public:
    explicit CompareBar(FrameCanvas& canvas, QWidget* parent = nullptr);

    /// Shows the bar and the canvas's way of comparing.
    void begin();
    void end();

  Q_SIGNALS:
    void swapWanted();
    void closeWanted();

  private:
    void choose(FrameCanvas::Compare compare);

    FrameCanvas& canvas_;
    QToolButton *sides_, *wipe_;
    QSlider* line_;
    FrameCanvas::Compare last_ = FrameCanvas::Compare::kWipe;
};

}  // namespace studio::ui

// ui/widgets/timeline.h - the slider of a video: a click goes where it points, and it tells what the mouse is over.
#pragma once
#include <QSlider>

namespace studio::ui {

/// Threads   GUI thread.
class Timeline : public QSlider {
    Q_OBJECT
  public:
    explicit Timeline(QWidget* parent = nullptr);

    int valueAt(double x) const;
    double xOf(int value) const;

  Q_SIGNALS:
    void hovered(int value, double x);
    void hoverEnded();

  protected:
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
};

}  // namespace studio::ui

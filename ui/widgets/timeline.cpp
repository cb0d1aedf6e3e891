#include "ui/widgets/timeline.h"

#include <QMouseEvent>
#include <QStyle>

namespace studio::ui {

namespace {
constexpr int kHandle = 14;  // as in the style sheet
}

Timeline::Timeline(QWidget* parent) : QSlider(Qt::Horizontal, parent) {
    setMouseTracking(true);
}

int Timeline::valueAt(double x) const {
    return QStyle::sliderValueFromPosition(minimum(), maximum(), int(x) - kHandle / 2, width() - kHandle);
}

double Timeline::xOf(int value) const {
    return kHandle / 2.0 + QStyle::sliderPositionFromValue(minimum(), maximum(), value, width() - kHandle);
}

void Timeline::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return event->ignore();
    event->accept();
    setSliderDown(true);
    setSliderPosition(valueAt(event->position().x()));
    Q_EMIT hovered(sliderPosition(), event->position().x());
}

void Timeline::mouseMoveEvent(QMouseEvent* event) {
    const int value = valueAt(event->position().x());
    if (isSliderDown()) setSliderPosition(value);
    Q_EMIT hovered(value, event->position().x());
}

void Timeline::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return event->ignore();
    setSliderDown(false);
    if (!rect().contains(event->position().toPoint())) Q_EMIT hoverEnded();
}

void Timeline::leaveEvent(QEvent* event) {
    if (!isSliderDown()) Q_EMIT hoverEnded();
    QSlider::leaveEvent(event);
}

}  // namespace studio::ui

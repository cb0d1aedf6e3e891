// ui/first_paint.h - do something once a window has really been painted: what is slow begins after the person sees
// something.
#pragma once
#include <QEvent>
#include <QTimer>
#include <QWidget>
#include <functional>

namespace studio::ui {

class FirstPaint : public QObject {
  public:
    FirstPaint(QWidget* window, std::function<void()> action) : QObject(window), action_(std::move(action)) {
        window->installEventFilter(this);
    }

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override {
        if (event->type() == QEvent::Paint && action_) {
            watched->removeEventFilter(this);
            QTimer::singleShot(0, this, std::exchange(action_, nullptr));
        }
        return false;
    }

  private:
    std::function<void()> action_;
};

}  // namespace studio::ui

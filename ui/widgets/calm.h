// ui/widgets/calm.h - controls in a panel that scrolls: the wheel scrolls it and changes a value only with the focus.
#pragma once
#include <QWheelEvent>

namespace studio::ui {

template <class Control>
class Calm : public Control {
  public:
    template <class... Args>
    explicit Calm(Args&&... args) : Control(std::forward<Args>(args)...) {
        this->setFocusPolicy(Qt::StrongFocus);
    }

  protected:
    void wheelEvent(QWheelEvent* event) override {
        if (this->hasFocus())
            Control::wheelEvent(event);
        else
            event->ignore();
    }
};

}  // namespace studio::ui

// tests/gui/gui_test.h - what the window's tests share: no display needed, and a watchdog over the event loop.
#pragma once
#include <QApplication>
#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>
#include <QTimer>
#include <algorithm>

#include "ui/theme/theme.h"

namespace studio::test {

/// The longest time between two turns of the event loop while it lives.
class LoopWatchdog : public QObject {
  public:
    LoopWatchdog() {
        timer_.setTimerType(Qt::PreciseTimer);
        timer_.setInterval(1);
        connect(&timer_, &QTimer::timeout, this, [this] { worst_ms_ = std::max(worst_ms_, clock_.restart()); });
        clock_.start();
        timer_.start();
    }
    qint64 worstMs() const { return worst_ms_; }

  private:
    QTimer timer_;
    QElapsedTimer clock_;
    qint64 worst_ms_ = 0;
};

/// main() of a test: the offscreen platform unless the caller asked for another, the program's own look.
template <class Test>
int runGuiTest(int argc, char** argv) {
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication app(argc, argv);
    QApplication::setQuitOnLastWindowClosed(false);
    ui::applyAppearance(app, ui::Appearance::kDark);
    Test test;
    return QTest::qExec(&test, argc, argv);
}

}  // namespace studio::test

#define STUDIO_GUI_TEST(Class)                              \
    int main(int argc, char** argv) {                       \
        return studio::test::runGuiTest<Class>(argc, argv); \
    }

// ui/desktop/taskbar.h - how far the queue is, on the program's entry in the task bar.
#pragma once
#include <QObject>
#include <memory>

class QWidget;

namespace studio::ui {

/// Linux: the signal com.canonical.Unity.LauncherEntry.Update, which GNOME's dock, KDE and others draw. Windows:
/// ITaskbarList3. Elsewhere, and where no bus is there, nothing.
/// Threads   GUI thread; never waits. At most one message per 100 ms and percent.
class Taskbar : public QObject {
    Q_OBJECT
  public:
    explicit Taskbar(QWidget* window);
    ~Taskbar() override;

    /// `fraction` 0 to 1; below 0: nothing runs. `waiting`: videos still to come, shown as a number where that is
    /// usual.
    void setProgress(double fraction, int waiting);

  private:
    void send(double fraction, int waiting);

    struct Platform;
    std::unique_ptr<Platform> platform_;
    int last_percent_ = -1, last_waiting_ = 0;
};

}  // namespace studio::ui

// ui/desktop/presence.h - what the window tells people who look elsewhere: a notice at the end of the queue, progress
// in the task bar. Obeys the preferences notifications.queue_end, .sound and .taskbar.
#pragma once
#include <QWidget>

#include "ui/desktop/notifier.h"
#include "ui/desktop/queue_end.h"
#include "ui/desktop/taskbar.h"
#include "ui/preferences_store.h"

namespace studio::ui {

/// Ownership   a child of `window`; session and preferences must outlive it.   Threads   GUI thread.
class Presence : public QObject {
    Q_OBJECT
  public:
    Presence(Session& session, PreferencesStore& preferences, QWidget* window);

    /// The program ends although others may wait: tell what has ended so far.
    void tellNow() { queue_end_.tellNow(); }

  Q_SIGNALS:
    /// The person pressed the notice.
    void wanted(const QString& token);

  private:
    void onEnded(int finished, int failed);

    PreferencesStore& preferences_;
    QWidget* window_;
    QueueEnd queue_end_;
    Notifier notifier_;
    Taskbar taskbar_;
};

}  // namespace studio::ui

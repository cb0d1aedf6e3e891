// ui/desktop/queue_end.h - knows when the queue has come to its end: once for all its videos, not once for each.
#pragma once
#include <QObject>

#include "ui/session.h"

namespace studio::ui {

/// Counts what ends and tells it when nothing runs and nothing waits any more. What a person cancelled does not count,
/// and a queue that is only paused has not ended.
/// Threads   GUI thread.
class QueueEnd : public QObject {
    Q_OBJECT
  public:
    explicit QueueEnd(Session& session, QObject* parent = nullptr);

    /// Do not wait for the end of the queue.
    void tellNow();

  Q_SIGNALS:
    /// At least one of the two is not 0.
    void ended(int finished, int failed);
    /// Of everything since the queue began, for the task bar: done of all; all 0: nothing runs. `part` is that of the
    /// running video, 0 to 1.
    void progressed(int done, int all, double part);

  private:
    void look();
    void tellProgress();

    Session& session_;
    int finished_ = 0, failed_ = 0, cancelled_ = 0;
    double part_ = 0;
};

}  // namespace studio::ui

#include "ui/desktop/queue_end.h"

namespace studio::ui {

QueueEnd::QueueEnd(Session& session, QObject* parent) : QObject(parent), session_(session) {
    connect(&session, &Session::jobFinished, this, [this] { ++finished_; });
    connect(&session, &Session::jobFailed, this, [this] { ++failed_; });
    connect(&session, &Session::jobCancelled, this, [this] { ++cancelled_; });
    connect(&session, &Session::progressed, this, [this](const StageProgress& event) {
        part_ = event.fraction;
        tellProgress();
    });
    // The end of a job comes before the list without it: only the list says that nothing waits.
    connect(&session, &Session::queueChanged, this, &QueueEnd::look);
    connect(&session, &Session::stateChanged, this, [this](Session::State state) {
        part_ = 0;
        if (state != Session::State::kCancelling) tellProgress();
    });
}

void QueueEnd::look() {
    tellProgress();
    if (!session_.isBusy() && session_.queue().rowCount() == 0) tellNow();
}

void QueueEnd::tellNow() {
    const int finished = std::exchange(finished_, 0), failed = std::exchange(failed_, 0);
    cancelled_ = 0;
    if (finished + failed > 0) Q_EMIT ended(finished, failed);
}

void QueueEnd::tellProgress() {
    const int ended = finished_ + failed_ + cancelled_;
    const int running = session_.isBusy() ? 1 : 0;
    if (running == 0) return Q_EMIT progressed(0, 0, 0);
    Q_EMIT progressed(ended, ended + running + session_.queue().waitingCount(), part_);
}

}  // namespace studio::ui

// ui/engine_bridge.h - the seam between Qt and the engine: requests go in without waiting, events come out as signals.
#pragma once
#include <QObject>
#include <QThread>
#include <QTimer>
#include <deque>
#include <functional>
#include <memory>
#include <set>

#include "app/queue_client.h"
#include "ui/background.h"

namespace studio::ui {

/// Builds, feeds and shuts down one QueueClient without the GUI thread ever waiting for it.
///
/// Threads     All members on the GUI thread; all signals are emitted there. The engine is built, asked and shut down
/// on a
///             thread of the bridge; only take_events(), which moves a vector, is called on the GUI thread.
/// Order       `submitted` comes before any event of that job. Events keep the engine's order; of the progress and
/// preview
///             events of one job that wait together only the newest is emitted, every other event always is.
/// Ownership   stop() then `stopped` is the ordinary end. The destructor does the same but waits. After either, the
/// engine
///             is destroyed and no callback of it can reach this object, even if it rings late.
class EngineBridge : public QObject {
    Q_OBJECT
  public:
    using Factory = std::function<Result<std::unique_ptr<QueueClient>>()>;

    explicit EngineBridge(Factory factory, QObject* parent = nullptr);
    ~EngineBridge() override;

    /// Build the engine in the background. Later calls do nothing.
    void start();
    /// End the engine and build a new one, in the background: `engineReady` or `engineFailed` follows. The queue is on
    /// the disk and stays; the job that ran is interrupted.
    void restart();
    /// Send a request; allowed before the engine is ready. Answered by `submitted` or `refused` with the same ticket.
    quint64 submit(const GenerationRequest& request, bool is_first = false);
    void cancel(JobId id);
    /// Ask the queue on the bridge's thread: `call(QueueClient&)` returns a Result, which `answer` gets on the GUI
    /// thread. Questions are answered in order, after the submits before them; none is answered after stop().
    template <class Call, class Answer>
    void ask(Call call, Answer answer) {
        if (state_ != State::kRunning) return;
        post([this, call = std::move(call), answer = std::move(answer)](WorkerSide& side) {
            using Outcome = std::invoke_result_t<Call, QueueClient&>;
            auto outcome = std::make_shared<Outcome>(guarded([&]() -> Outcome {
                QueueClient* queue = queueOf(side);
                if (!queue) return failureOf(side);
                return call(*queue);
            }));
            QMetaObject::invokeMethod(this, [this, outcome, answer] {
                if (state_ == State::kRunning) answer(std::move(*outcome));
            });
        });
    }
    /// Cancel what runs and end the engine in the background; `stopped` follows. Later calls do nothing.
    void stop();
    bool isStopped() const { return state_ == State::kStopped; }

  Q_SIGNALS:
    void engineReady();
    void engineFailed(const studio::Error& error);
    void engineStateChanged(const studio::EngineStateChanged& event);
    void queueChanged();
    void queueTrouble(const studio::Error& error);
    void submitted(quint64 ticket, quint64 job);
    void refused(quint64 ticket, const studio::Error& error);
    void jobQueued(const studio::JobQueued& event);
    void jobStarted(const studio::JobStarted& event);
    void progressed(const studio::StageProgress& event);
    void previewed(const studio::Preview& event);
    void jobFinished(const studio::JobFinished& event);
    void jobFailed(const studio::JobFailed& event);
    void jobCancelled(const studio::JobCancelled& event);
    void stopped();

  private:
    struct Doorbell;    // what the engine's wake-up touches; outlives the bridge
    struct WorkerSide;  // what lives on the bridge's thread

    static QueueClient* queueOf(WorkerSide& side);
    static const Error& failureOf(const WorkerSide& side);
    void post(std::function<void(WorkerSide&)> task);
    void buildEngine();
    void drain();
    void deliver();
    void emitEvent(const Event& event);
    bool mustWait(const Event& event) const;
    void onSubmitAnswer(quint64 ticket, const Result<JobId>& answer);

    enum class State { kNew, kRunning, kStopping, kStopped };
    State state_ = State::kNew;
    Factory factory_;
    std::shared_ptr<Doorbell> doorbell_;
    std::shared_ptr<WorkerSide> worker_;
    QThread thread_;
    QueueClient* engine_ = nullptr;  // for take_events() only; null before engineReady and from stop() on
    std::deque<Event> backlog_;
    QTimer resume_;               // goes on with a backlog that took too long
    std::set<JobId> known_jobs_;  // submitted and not ended
    quint64 last_ticket_ = 0;
    int submits_in_flight_ = 0;
};

}  // namespace studio::ui

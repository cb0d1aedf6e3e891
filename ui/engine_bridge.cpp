#include "ui/engine_bridge.h"

#include <QElapsedTimer>
#include <QMetaObject>
#include <QPointer>
#include <algorithm>
#include <mutex>
#include <type_traits>

#include "core/log.h"
#include "ui/background.h"

namespace studio::ui {

namespace {
/// The GUI thread gives events this long at a time, then lets the window paint and take input.
constexpr qint64 kSliceMs = 8;
constexpr std::size_t kManyEvents = 200;

JobId job_of(const Event& event) {
    return std::visit(
        [](const auto& e) -> JobId {
            if constexpr (requires { e.id; })
                return e.id;
            else
                return 0;  // of the engine or the queue, not of a job
        },
        event);
}

/// True for what should be passed on: not for progress and previews that a newer one of the same job, in the same
/// stretch between two other events of that job, makes worthless.
std::vector<bool> worth_telling(const std::vector<Event>& events) {
    std::set<JobId> newer_progress, newer_preview;
    std::vector<bool> is_worth(events.size(), true);
    for (std::size_t i = events.size(); i-- > 0;) {
        const JobId id = job_of(events[i]);
        if (std::holds_alternative<StageProgress>(events[i])) {
            is_worth[i] = newer_progress.insert(id).second;
        } else if (std::holds_alternative<Preview>(events[i])) {
            is_worth[i] = newer_preview.insert(id).second;
        } else {
            newer_progress.erase(id);
            newer_preview.erase(id);
        }
    }
    return is_worth;
}

Result<std::unique_ptr<QueueClient>> build(const EngineBridge::Factory& factory) {
    auto engine = guarded([&]() -> Result<std::unique_ptr<QueueClient>> { return factory(); });
    if (engine.ok() && !engine.value()) return internal_error("The engine could not be built.");
    return engine;
}
}  // namespace

/// Rung by engine threads. Rings once until answered, so that a storm of events posts one call and not ten thousand.
struct EngineBridge::Doorbell {
    std::mutex mutex;
    EngineBridge* bridge = nullptr;
    bool has_rung = false;

    void ring() {
        std::lock_guard lock(mutex);
        if (!bridge || has_rung) return;
        has_rung = true;
        EngineBridge* receiver = bridge;
        QMetaObject::invokeMethod(
            receiver, [receiver] { receiver->drain(); }, Qt::QueuedConnection);
    }
    void answer() {
        std::lock_guard lock(mutex);
        has_rung = false;
    }
    void disconnect() {
        std::lock_guard lock(mutex);
        bridge = nullptr;
    }
};

struct EngineBridge::WorkerSide : QObject {
    std::unique_ptr<QueueClient> engine;
    Error failure;  // why there is no engine

    void end() {
        if (!engine) return;
        const auto ended = guarded([this]() -> Result<void> {
            engine->set_wakeup({});
            engine->shutdown();
            engine.reset();
            return {};
        });
        if (!ended.ok()) log::error("The engine did not shut down cleanly: {}", ended.error().message);
    }
};

EngineBridge::EngineBridge(Factory factory, QObject* parent)
    : QObject(parent),
      factory_(std::move(factory)),
      doorbell_(std::make_shared<Doorbell>()),
      worker_(std::make_shared<WorkerSide>()) {
    doorbell_->bridge = this;
    // A timer and not a posted call: Qt works off all posted calls, new ones too, before it looks at anything else.
    resume_.setSingleShot(true);
    resume_.setInterval(0);
    connect(&resume_, &QTimer::timeout, this, &EngineBridge::deliver);
    thread_.setObjectName(QStringLiteral("engine-bridge"));
    worker_->moveToThread(&thread_);
    connect(&thread_, &QThread::finished, this, [this] {
        state_ = State::kStopped;
        Q_EMIT stopped();
    });
}

EngineBridge::~EngineBridge() {
    doorbell_->disconnect();
    stop();
    thread_.wait();
}

void EngineBridge::post(std::function<void(WorkerSide&)> task) {
    QMetaObject::invokeMethod(
        worker_.get(), [worker = worker_.get(), task = std::move(task)] { task(*worker); }, Qt::QueuedConnection);
}

void EngineBridge::start() {
    if (state_ != State::kNew) return;
    state_ = State::kRunning;
    thread_.start();
    buildEngine();
}

void EngineBridge::restart() {
    if (state_ != State::kRunning) return;
    engine_ = nullptr;  // what the old one still has to tell is told by the store when the new one asks it
    backlog_.clear();
    known_jobs_.clear();
    post([](WorkerSide& side) { side.end(); });
    buildEngine();
}

void EngineBridge::buildEngine() {
    post([this, factory = factory_, doorbell = doorbell_](WorkerSide& side) {
        auto built = build(factory);
        if (!built.ok()) {
            side.failure = built.error();
            log::error("The engine did not start: {}", side.failure.message);
            QMetaObject::invokeMethod(this, [this, error = side.failure] { Q_EMIT engineFailed(error); });
            return;
        }
        side.engine = std::move(built).value();
        side.engine->set_wakeup([doorbell] { doorbell->ring(); });
        QMetaObject::invokeMethod(this, [this, engine = side.engine.get()] {
            if (state_ != State::kRunning) return;
            engine_ = engine;
            Q_EMIT engineReady();
            drain();  // whatever was told before the bell could be heard
        });
    });
}

QueueClient* EngineBridge::queueOf(WorkerSide& side) {
    return side.engine.get();
}

const Error& EngineBridge::failureOf(const WorkerSide& side) {
    return side.failure;
}

quint64 EngineBridge::submit(const GenerationRequest& request, bool is_first) {
    const quint64 ticket = ++last_ticket_;
    ++submits_in_flight_;
    if (state_ == State::kStopping || state_ == State::kStopped) return ticket;  // nobody is left to ask
    post([this, ticket, request, is_first](WorkerSide& side) {
        auto answer = std::make_shared<Result<JobId>>(guarded([&]() -> Result<JobId> {
            if (!side.engine) return side.failure;
            return is_first ? side.engine->submit_first(request) : side.engine->submit(request);
        }));
        QMetaObject::invokeMethod(this, [this, ticket, answer] { onSubmitAnswer(ticket, *answer); });
    });
    return ticket;
}

void EngineBridge::onSubmitAnswer(quint64 ticket, const Result<JobId>& answer) {
    --submits_in_flight_;
    if (state_ != State::kRunning) return;
    const QPointer<EngineBridge> alive(this);
    if (answer.ok()) {
        known_jobs_.insert(answer.value());
        Q_EMIT submitted(ticket, answer.value());
    } else {
        Q_EMIT refused(ticket, answer.error());
    }
    if (alive) deliver();
}

void EngineBridge::cancel(JobId id) {
    if (state_ != State::kRunning) return;
    post([id](WorkerSide& side) {
        if (side.engine) side.engine->cancel(id);
    });
}

void EngineBridge::stop() {
    if (state_ == State::kStopping || state_ == State::kStopped) return;
    const bool was_started = state_ == State::kRunning;
    state_ = State::kStopping;
    engine_ = nullptr;
    backlog_.clear();
    if (!was_started) thread_.start();  // so that both ways end through the same signal
    post([thread = &thread_](WorkerSide& side) {
        side.end();
        thread->quit();
    });
}

void EngineBridge::drain() {
    doorbell_->answer();
    if (!engine_) return;
    std::vector<Event> events = engine_->take_events();
    const std::vector<bool> is_worth = worth_telling(events);
    for (std::size_t i = 0; i < events.size(); ++i)
        if (is_worth[i]) backlog_.push_back(std::move(events[i]));
    // Freeing thousands of previews is work as well: not on this thread.
    if (events.size() > kManyEvents)
        post([trash = std::make_shared<std::vector<Event>>(std::move(events))](WorkerSide&) {});
    deliver();
}

bool EngineBridge::mustWait(const Event& event) const {
    const JobId id = job_of(event);
    return id != 0 && submits_in_flight_ > 0 && !known_jobs_.contains(id);
}

void EngineBridge::deliver() {
    const QPointer<EngineBridge> alive(this);
    QElapsedTimer clock;
    clock.start();
    while (!backlog_.empty() && !mustWait(backlog_.front())) {
        if (clock.elapsed() >= kSliceMs) {
            resume_.start();
            return;
        }
        const Event event = std::move(backlog_.front());
        backlog_.pop_front();
        emitEvent(event);
        if (!alive) return;
    }
}

void EngineBridge::emitEvent(const Event& event) {
    std::visit(
        [this](const auto& e) {
            using E = std::decay_t<decltype(e)>;
            if constexpr (std::is_same_v<E, JobQueued>) Q_EMIT jobQueued(e);
            if constexpr (std::is_same_v<E, JobStarted>) Q_EMIT jobStarted(e);
            if constexpr (std::is_same_v<E, StageProgress>) Q_EMIT progressed(e);
            if constexpr (std::is_same_v<E, Preview>) Q_EMIT previewed(e);
            if constexpr (std::is_same_v<E, QueueChanged>) Q_EMIT queueChanged();
            if constexpr (std::is_same_v<E, QueueTrouble>) Q_EMIT queueTrouble(e.error);
            if constexpr (std::is_same_v<E, EngineStateChanged>) Q_EMIT engineStateChanged(e);
            if constexpr (std::is_same_v<E, JobFinished>) known_jobs_.erase(e.id), Q_EMIT jobFinished(e);
            if constexpr (std::is_same_v<E, JobFailed>) known_jobs_.erase(e.id), Q_EMIT jobFailed(e);
            if constexpr (std::is_same_v<E, JobCancelled>) known_jobs_.erase(e.id), Q_EMIT jobCancelled(e);
        },
        event);
}

}  // namespace studio::ui

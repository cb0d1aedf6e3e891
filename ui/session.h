// ui/session.h - one sitting: the queue behind its bridge, the job that runs, and the history. No widgets.
#pragma once
#include <QObject>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "ui/backend.h"
#include "ui/background.h"
#include "ui/engine_bridge.h"
#include "ui/film_strip.h"
#include "ui/models/history_model.h"
#include "ui/models/queue_model.h"

namespace studio::ui {

/// Threads   GUI thread; nothing here waits.
class Session : public QObject {
    Q_OBJECT
  public:
    /// Of the job that runs or is about to; jobs that wait behind it do not count.
    enum class State { kIdle, kSubmitting, kRunning, kCancelling };

    explicit Session(Backend backend, QObject* parent = nullptr);

    /// Open the queue and look for models, both in the background.
    void start();
    /// Look for models again: `modelsListed` follows.
    void listModels();
    /// Put a job into the queue; it runs when its turn comes. `jobStored` or `jobFailed` follows.
    void submit(const GenerationRequest& request, bool is_first = false);
    /// Stop the running job, at whatever point it is.
    void cancel();
    /// Read a finished video for the player: `clipReady` or `clipFailed` follows.
    void loadClip(JobId id);
    /// End everything; `stopped` follows.
    void stop();
    /// Give the memory of the loaded models back, now or when the running job has ended.
    void freeMemory();
    /// The same by itself after so many minutes without a job; 0: never.
    void setUnloadAfter(int minutes);
    /// A new engine; the running job is interrupted, the queue stays.
    void restartEngine();

    // The queue; the answers come as changes of queue() and history().
    void move(JobId id, JobId before_id);
    void change(JobId id, const GenerationRequest& request);
    void duplicate(JobId id);
    void resume(JobId id);
    void remove(JobId id);
    void cancelWaiting(JobId id);
    void setPaused(bool is_paused);
    bool isPaused() const { return is_paused_; }
    void setStarred(JobId id, bool is_starred);
    /// One job, or a page of the history, as the store has it; the answer comes on the GUI thread.
    void find(JobId id, std::function<void(Result<store::JobRecord>)> answer);
    void findAll(const store::HistoryQuery& query, std::function<void(Result<std::vector<store::JobRecord>>)> answer);
    void relocate(JobId id, const QString& video);

    State state() const { return state_; }
    bool isBusy() const { return state_ != State::kIdle; }
    bool isStopped() const { return bridge_.isStopped(); }
    /// The job that runs, once the queue has named it.
    std::optional<JobId> currentJob() const { return job_; }
    QueueModel& queue() { return queue_; }
    HistoryModel& history() { return history_; }
    ErrorText explain(const Error& error) const { return backend_.error_text(error); }
    const Backend& backend() const { return backend_; }
    /// Settings of a video or recipe file: `recipeReady` or `recipeFailed` follows.
    void readRecipe(const QString& path);

  Q_SIGNALS:
    void stateChanged(studio::ui::Session::State state);
    void modelsListed(const std::vector<studio::ModelInfo>& models);
    void engineStateChanged(studio::EngineStateChanged::State state, const QString& detail);
    /// The job is on the disk. Not told for the one that begins at once: stateChanged says it.
    void jobStored(quint64 job);
    void jobStarted(const studio::JobStarted& event);
    void progressed(const studio::StageProgress& event);
    void previewed(quint64 job, int step, const studio::ui::FilmStripPtr& pictures);
    void jobFinished(const studio::JobFinished& event);
    void jobFailed(const studio::Error& error, const QString& latents_path);
    void jobCancelled();
    void clipReady(quint64 job, const studio::ui::FilmStripPtr& clip);
    void clipFailed(quint64 job, const studio::Error& error);
    void recipeReady(const studio::GenerationRequest& request, const QString& path);
    /// After recipeReady: files that the settings name and this computer lacks.
    void recipeIncomplete(const std::vector<studio::MissingPart>& parts, const QString& path);
    void recipeFailed(const studio::Error& error);
    void queueChanged();
    /// What the last end of the program left to repair; once, after the start, if there was anything.
    void recovered(const studio::store::Recovery& recovery);
    void queueTrouble(const studio::Error& error);
    void stopped();

  private:
    void connectBridge();
    void connectModels();
    void onReady();
    void onSubmitted(quint64 ticket, JobId id);
    void onRefused(quint64 ticket, const Error& error);
    void onStarted(const JobStarted& event);
    void onPreview(const Preview& event);
    void onFinished(const JobFinished& event);
    void onFailed(const JobFailed& event);
    void onCancelled(const JobCancelled& event);
    void refreshQueue();
    void onQueue(std::vector<store::JobRecord> jobs, bool is_paused);
    void refreshRecord(JobId id);
    void loadThumbnail(JobId id, const QString& path);
    template <class Call>
    void tellQueue(Call call) {
        bridge_.ask([call](QueueClient& queue) -> Result<void> { return call(queue); },
                    [this](Result<void> outcome) {
                        if (!outcome.ok()) Q_EMIT queueTrouble(outcome.error());
                    });
    }
    bool isCurrent(JobId id) const { return job_ && *job_ == id; }
    void endJob();
    void setState(State state);

    Backend backend_;
    EngineBridge bridge_;
    QueueModel queue_;
    HistoryModel history_;
    Background background_;
    State state_ = State::kIdle;
    std::optional<JobId> job_;
    std::map<quint64, bool> tickets_;  // submits without an answer; true: the one that began this work
    double clip_seconds_ = 0;          // of the running job
    bool is_cancel_wanted_ = false;    // before the queue has named the job
    bool is_paused_ = false;
};

}  // namespace studio::ui

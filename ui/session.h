// ui/session.h - one sitting: the engine behind its bridge, the one job that may run, and the results. No widgets.
#pragma once
#include <QObject>
#include <optional>
#include <vector>

#include "ui/backend.h"
#include "ui/background.h"
#include "ui/engine_bridge.h"
#include "ui/film_strip.h"
#include "ui/models/results_model.h"

namespace studio::ui {

/// Threads   GUI thread; nothing here waits.
class Session : public QObject {
    Q_OBJECT
  public:
    enum class State { kIdle, kSubmitting, kRunning, kCancelling };

    explicit Session(Backend backend, QObject* parent = nullptr);

    /// Build the engine and look for models, both in the background.
    void start();
    /// Begin a job. False, and nothing happens, while another one is under way.
    bool generate(const GenerationRequest& request);
    /// Stop the job under way, at whatever point it is.
    void cancel();
    /// Read a finished result for the player: `clipReady` or `clipFailed` follows.
    void loadClip(JobId id);
    /// End everything; `stopped` follows.
    void stop();

    State state() const { return state_; }
    bool isBusy() const { return state_ != State::kIdle; }
    bool isStopped() const { return bridge_.isStopped(); }
    /// The job that runs, once the engine has named it.
    std::optional<JobId> currentJob() const { return job_; }
    ResultsModel& results() { return results_; }
    ErrorText explain(const Error& error) const { return backend_.error_text(error); }
    std::span<const Setting> settings() const { return backend_.settings; }

  Q_SIGNALS:
    void stateChanged(studio::ui::Session::State state);
    void modelsListed(const std::vector<studio::ModelInfo>& models);
    void engineStateChanged(studio::EngineStateChanged::State state, const QString& detail);
    void jobStarted(const studio::JobStarted& event);
    void progressed(const studio::StageProgress& event);
    void previewed(quint64 job, int step, const studio::ui::FilmStripPtr& pictures);
    void jobFinished(const studio::JobFinished& event);
    void jobFailed(const studio::Error& error, const QString& latents_path);
    void jobCancelled();
    void clipReady(quint64 job, const studio::ui::FilmStripPtr& clip);
    void clipFailed(quint64 job, const studio::Error& error);
    void stopped();

  private:
    void connectBridge();
    void submit(const GenerationRequest& request);
    void onSubmitted(quint64 ticket, JobId id);
    void onPreview(const Preview& event);
    void onFinished(const JobFinished& event);
    bool isCurrent(JobId id) const { return job_ && *job_ == id; }
    void endJob();
    void setState(State state);

    Backend backend_;
    EngineBridge bridge_;
    ResultsModel results_;
    Background background_;
    State state_ = State::kIdle;
    std::optional<JobId> job_;
    quint64 ticket_ = 0;
    QString prompt_;                 // of the job under way
    double clip_seconds_ = 0;        // of the job under way
    bool is_cancel_wanted_ = false;  // before the engine has named the job
};

}  // namespace studio::ui

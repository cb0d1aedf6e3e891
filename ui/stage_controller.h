// ui/stage_controller.h - decides what is on the stage: the running job's previews, a result that was chosen, or two to
// compare. Draws nothing itself.
#pragma once
#include <QObject>
#include <QSize>
#include <optional>

#include "ui/result_actions.h"
#include "ui/session.h"
#include "ui/widgets/progress_panel.h"
#include "ui/widgets/stage_view.h"

namespace studio::ui {

/// While it follows, the stage shows the running job and then its result; a person who chooses an earlier result
/// keeps that one until they choose the running job again.
/// Ownership  session, stage and progress must outlive it.   Threads  GUI thread.
class StageController : public QObject {
    Q_OBJECT
  public:
    StageController(Session& session, StageView& stage, ProgressPanel& progress, QObject* parent = nullptr);

    /// What can be done with results, wherever they are listed.
    ResultActions& actions() { return actions_; }

    /// A job was asked for that begins at once: the stage takes its shape and follows it.
    void expect(const GenerationRequest& request);
    /// Put a job into the queue; if it begins at once, the stage follows it.
    void submit(const GenerationRequest& request);
    /// Play a finished job; the running one goes on unseen. When a comparison waits for its second video, this is it.
    void choose(quint64 job);
    /// Two finished jobs together. second 0: the next one that is chosen.
    void compare(quint64 first, quint64 second);
    /// Back to the running job.
    void follow();
    /// Lay a page over the picture (a contact sheet): jobs and results go on unseen until it is left.
    void showPage(QWidget* page);
    /// Back to the running job or the last result.
    void leavePage();
    /// The finished job on the stage, or on its way there; null: none.
    const store::JobRecord* shownJob() const;
    ResultActions::Jobs shownJobs() const;  // the same as a list of one or none

  Q_SIGNALS:
    /// A result has begun to play.
    void resultPlaying(quint64 job);
    /// A new job took the stage: nothing in the history is what is shown.
    void jobAwaited();
    /// What the plan of the running job tells beside its values; may be empty.
    void noticesTold(const QString& notices);
    /// The result that was to be shown cannot be read.
    void clipFailed(const studio::Error& error);

  private:
    void connectSession();
    void connectActions();
    void onState(Session::State state);
    void onStarted(const JobStarted& event);
    void onPreview(quint64 job, int step, const FilmStripPtr& pictures);
    void onClip(quint64 job, const FilmStripPtr& clip);
    void onClipFailed(quint64 job, const Error& error);
    void showLastPreview();
    void showPair();
    void restore();
    void updateActions();
    void say(const QString& words);

    /// A comparison: waits for its second video, or for both clips.
    struct Pair {
        JobId first = 0, second = 0;
        FilmStripPtr clips[2];
    };

    Session& session_;
    StageView& stage_;
    ProgressPanel& progress_;
    ResultActions actions_;
    std::optional<Pair> pair_;
    std::optional<JobId> shown_;       // the finished result on the stage, or on its way there
    std::optional<JobId> told_of_;     // what the line under the stage speaks of
    std::optional<JobId> under_page_;  // what was shown before a page was laid over it
    bool is_following_ = true;         // the stage shows the running job
    FilmStripPtr last_preview_;        // of the running job
    int preview_step_ = 0;
    int steps_ = 0;   // of the running job
    QSize job_size_;  // of the running job
};

}  // namespace studio::ui

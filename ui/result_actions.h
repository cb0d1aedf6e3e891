// ui/result_actions.h - does what ui/result_action.h declares: asks what must be asked, passes work on, says why
// something cannot be done.
#pragma once
#include <QObject>
#include <functional>
#include <vector>

#include "ui/result_action.h"
#include "ui/result_work.h"
#include "ui/session.h"

class QMenu;

namespace studio::ui {

class Actions;

/// Ownership  session and window must outlive it.   Threads  GUI thread.
class ResultActions : public QObject {
    Q_OBJECT
  public:
    using Jobs = std::vector<store::JobRecord>;

    /// `window`: parent of the questions that are asked.
    ResultActions(Session& session, QWidget& window, QObject* parent = nullptr);

    /// What the keys act on: the selected jobs of the list that has the focus, otherwise the result on the stage.
    void setTarget(std::function<Jobs()> target) { target_ = std::move(target); }
    void addCommands(Actions& actions);
    /// Entries for a context menu over these jobs.
    void fill(QMenu& menu, const Jobs& jobs);

    /// Empty: it can be done with these jobs; otherwise the reason.
    QString whyNot(ResultAction action, const Jobs& jobs) const;
    void run(ResultAction action, const Jobs& jobs);
    ResultWork& work() { return work_; }

    /// The settings that made a job, ready to be asked for again; those of the queue are taken out.
    static Result<GenerationRequest> settingsOf(const store::JobRecord& job);
    /// The job that `request` repeats, when it is a repeat.
    static std::optional<JobId> repeatedBy(const GenerationRequest& request);

  Q_SIGNALS:
    void reuseWanted(const studio::GenerationRequest& request);
    void submitWanted(const studio::GenerationRequest& request);
    void startImageWanted(const QString& picture);
    /// second 0: the person has still to choose it.
    void compareWanted(quint64 first, quint64 second);
    void exportWanted(const QStringList& videos);
    void told(const QString& words);
    void progressed(double share, const QString& words);
    void failed(const studio::Error& error);

  private:
    void connectWork();
    void saveAs(const store::JobRecord& job);
    void variation(const store::JobRecord& job);
    void reproduce(const store::JobRecord& job);
    void copyCommand(const store::JobRecord& job);
    void askTrash(const Jobs& jobs);
    void onFinished(const JobFinished& event);

    Session& session_;
    QWidget& window_;
    std::function<Jobs()> target_;
    QString saving_;  // the name that a copy is to get, for the line that tells of it
    ResultWork work_;
};

}  // namespace studio::ui

// ui/sheet_controller.h - the life of a contact sheet: its jobs go into the queue, its grid fills, one is finished.
#pragma once
#include <QObject>
#include <QTimer>
#include <string>

#include "ui/session.h"
#include "ui/sheet_plan.h"
#include "ui/stage_controller.h"
#include "ui/widgets/sheet_view.h"

namespace studio::ui {

/// What a sheet shows is always what the store says about the jobs of its group, so a sheet of an earlier sitting is
/// opened in the same way as a new one.
/// Ownership  session and controller must outlive it; the stage owns the view.   Threads  GUI thread.
class SheetController : public QObject {
    Q_OBJECT
  public:
    SheetController(Session& session, StageView& stage, StageController& on_stage, QObject* parent = nullptr);

    /// Submit a new sheet of this wish and show it.
    void begin(const GenerationRequest& wish, const ModelInfo& model, int count);
    /// Show a sheet by its group.
    void open(const QString& group);
    void close();
    SheetModel& model() { return model_; }
    SheetView& view() { return *view_; }
    const std::string& group() const { return group_; }

  Q_SIGNALS:
    /// The full settings of a try were queued.
    void finishing(qint64 seed);

  private:
    void connectSession();
    void submit(const SheetPlan& plan);
    void refresh();
    void loadClips();
    void finish(quint64 job);
    void more(quint64 job);
    void cancelRest();
    Result<GenerationRequest> requestOf(quint64 job) const;

    Session& session_;
    StageController& on_stage_;
    SheetModel model_;
    SheetView* view_;
    std::string group_;
    QTimer soon_;  // many changes of the queue at once are one look
    std::set<JobId> loading_;
    Background background_;
};

}  // namespace studio::ui

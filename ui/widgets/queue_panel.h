// ui/widgets/queue_panel.h - the waiting jobs: order, pause, and what can be done with each.
#pragma once
#include <QLabel>
#include <QPushButton>
#include <QToolButton>
#include <QWidget>
#include <optional>

#include "ui/session.h"
#include "ui/widgets/job_list.h"

namespace studio::ui {

/// Threads   GUI thread.
class QueuePanel : public QWidget {
    Q_OBJECT
  public:
    explicit QueuePanel(Session& session, QWidget* parent = nullptr);

  Q_SIGNALS:
    /// Settings of a waiting job, to be changed in the create panel and put back with Session::change.
    void editWanted(const studio::store::JobRecord& job);
    /// The running job was chosen: show it on the stage.
    void runningChosen();

  private:
    void update();
    void showMenu(const QPoint& at);
    void removeSelected();
    void moveSelected(int delta);
    QString summary() const;
    void estimate();

    Session& session_;
    JobList* list_;
    QLabel* title_;
    QPushButton* pause_;
    QPushButton* resume_;
    std::optional<double> running_left_s_;  // as the engine told last
};

}  // namespace studio::ui

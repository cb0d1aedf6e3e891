// ui/widgets/history_panel.h - everything that was made: search, stars, models, as a grid or as rows, and what can be
// done with each video.
#pragma once
#include <QComboBox>
#include <QLineEdit>
#include <QTimer>
#include <QToolButton>
#include <QWidget>

#include "ui/result_actions.h"
#include "ui/session.h"
#include "ui/widgets/job_list.h"

namespace studio::ui {

/// Threads   GUI thread.
class HistoryPanel : public QWidget {
    Q_OBJECT
  public:
    explicit HistoryPanel(Session& session, QWidget* parent = nullptr);

    JobList& list() { return *list_; }
    /// What the context menu and the Delete key offer; must outlive the panel.
    void setActions(ResultActions& actions) { actions_ = &actions; }
    ResultActions::Jobs selected() const;

  Q_SIGNALS:
    void chosen(quint64 job);
    /// The contact sheet that a job belongs to.
    void sheetWanted(const QString& group);

  private:
    void connectList();
    void ask();
    void showMenu(const QPoint& at);
    void addOwnEntries(QMenu& menu, const store::JobRecord& job, bool is_missing);
    void locate(quint64 job);
    void removeSelected();
    void updateModels();

    Session& session_;
    ResultActions* actions_ = nullptr;
    JobList* list_;
    QLineEdit* search_;
    QComboBox* model_;
    QToolButton* star_;
    QToolButton* grid_;
    QTimer typing_;  // a question for every key would be too many
};

}  // namespace studio::ui

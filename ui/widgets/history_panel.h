// ui/widgets/history_panel.h - everything that was made: search, stars, and what can be done with each video.
#pragma once
#include <QLineEdit>
#include <QTimer>
#include <QToolButton>
#include <QWidget>

#include "ui/session.h"
#include "ui/widgets/job_list.h"

namespace studio::ui {

/// Threads   GUI thread.
class HistoryPanel : public QWidget {
    Q_OBJECT
  public:
    explicit HistoryPanel(Session& session, QWidget* parent = nullptr);

    JobList& list() { return *list_; }

  Q_SIGNALS:
    void chosen(quint64 job);
    void reuseWanted(const studio::store::JobRecord& job);
    void folderWanted(const QString& video);

  private:
    void ask();
    void showMenu(const QPoint& at);
    void locate(quint64 job);
    void removeSelected(bool with_videos);
    void confirmRemoval();

    Session& session_;
    JobList* list_;
    QLineEdit* search_;
    QToolButton* star_;
    QTimer typing_;  // a question for every key would be too many
};

}  // namespace studio::ui

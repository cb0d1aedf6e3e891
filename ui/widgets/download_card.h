// ui/widgets/download_card.h - one download: how far, how fast, how long yet; pause, go on, cancel; what went wrong.
#pragma once
#include <QFrame>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>

#include "ui/model_downloads.h"

namespace studio::ui {

/// Shows the given download, or hides itself when there is none.
/// Threads   GUI thread.
class DownloadCard : public QFrame {
    Q_OBJECT
  public:
    explicit DownloadCard(ModelDownloads& downloads, QWidget* parent = nullptr);

    /// Empty: the one that runs, else the newest one that is not done.
    void setModel(const QString& id);
    /// "2.1 of 11.9 GB, 8.3 MB/s, about 20 min left".
    static QString progressText(const ModelDownload& download);
    /// What failed, where, and what can be done about the network.
    static QString problemText(const Error& error);

  Q_SIGNALS:
    void settingsWanted();

  private:
    const ModelDownload* shown() const;
    void update();

    ModelDownloads& downloads_;
    QString id_;
    QLabel *title_, *state_, *problem_;
    QProgressBar* bar_;
    QPushButton *pause_, *cancel_, *settings_;
};

}  // namespace studio::ui

// ui/dialogs/folders_page.h - every folder of the program with its size, and moving them all to another place.
#pragma once
#include <QLabel>
#include <QPushButton>
#include <QTreeWidget>
#include <QWidget>

#include "ui/backend.h"
#include "ui/background.h"

namespace studio::ui {

/// Threads   GUI thread; sizes are summed up in the background.
class FoldersPage : public QWidget {
    Q_OBJECT
  public:
    explicit FoldersPage(const FolderCalls& folders, QWidget* parent = nullptr);
    ~FoldersPage() override;

    /// A video is being made: nothing can be moved now.
    void setBusy(bool is_busy);
    /// As if this had been chosen in the file dialog.
    void moveTo(const QString& folder);

    /// "models" -> "Models", for people.
    static QString title(const std::string& key);

  Q_SIGNALS:
    /// The move is scheduled: end the program and start it again.
    void restartWanted();

  private:
    void refresh();
    void fill(const std::vector<FolderUse>& uses);
    void chooseFolder();
    void confirm(const QString& folder, const RootCheck& check);
    void openChosen();
    QString rootText() const;

    FolderCalls folders_;
    std::stop_source stop_;
    bool is_busy_ = false;
    QTreeWidget* list_;
    QLabel *root_, *said_;
    QPushButton *move_, *open_;
    Background background_;  // last: waits for the sums before anything else goes
};

}  // namespace studio::ui

// ui/dialogs/first_run.h - the first start: language and folder, what this machine can do, the first model.
#pragma once
#include <QCheckBox>
#include <QComboBox>
#include <QDialog>
#include <QLabel>
#include <QPushButton>
#include <QStackedWidget>
#include <optional>

#include "ui/background.h"
#include "ui/model_downloads.h"
#include "ui/preferences_store.h"
#include "ui/widgets/download_card.h"

namespace studio::ui {

/// Three pages, each of which can be skipped; what is chosen acts at once. Ended in any way it is not shown again.
/// Threads   GUI thread; the machine and the catalogue are looked at in the background.
class FirstRun : public QDialog {
    Q_OBJECT
  public:
    FirstRun(const Backend& backend, PreferencesStore& preferences, ModelDownloads& downloads,
             QWidget* parent = nullptr);

    static bool isDue(const PreferencesStore& preferences) { return !preferences.isOn("general.is_welcomed"); }
    /// As if this had been chosen in the file dialog.
    void setFolder(const QString& folder);

  Q_SIGNALS:
    /// Another root was chosen: end the program and start it again.
    void restartWanted();
    void addModelWanted();
    void otherModelsWanted();

  public Q_SLOTS:
    void done(int result) override;

  private:
    QWidget* makeWelcome();
    QWidget* makeMachine();
    QWidget* makeDownload();
    QWidget* makePage(const QString& title, const QList<QWidget*>& parts);
    void showPage(int page);
    void goOn();
    void chooseFolder();
    void useFolder();
    void look();
    void showAdvice();
    const ModelOffer* recommended() const;
    void updateButtons();

    Backend backend_;
    PreferencesStore& preferences_;
    ModelDownloads& downloads_;
    QString folder_;  // chosen and good, not yet in force
    std::optional<MachineAdvice> advice_;
    std::vector<ModelOffer> offers_;
    QStackedWidget* pages_;
    QComboBox* language_;
    QLabel *folder_text_, *folder_problem_, *machine_, *advice_text_, *licence_, *step_;
    QCheckBox* wants_model_;
    DownloadCard* card_;
    QPushButton *back_, *next_, *skip_;
    Background background_;  // last: waits for the work before anything else goes
};

}  // namespace studio::ui

// ui/housekeeping.h - what belongs to no single video: models and their downloads, settings, first start, the engine's
// memory. Registers its commands and opens its windows.
#pragma once
#include <QFrame>
#include <QLabel>
#include <QPointer>
#include <QPushButton>
#include <functional>

#include "ui/actions.h"
#include "ui/dialogs/first_run.h"
#include "ui/dialogs/models_dialog.h"
#include "ui/dialogs/settings_dialog.h"
#include "ui/model_downloads.h"
#include "ui/preferences_store.h"
#include "ui/session.h"

namespace studio::ui {

/// Commands: view.models, view.settings, engine.free_memory, engine.restart.
/// Threads     GUI thread.
/// Ownership   all arguments must outlive it.
class Housekeeping : public QObject {
    Q_OBJECT
  public:
    Housekeeping(QWidget& window, Session& session, PreferencesStore& preferences, Actions& actions);

    /// The welcome, if this is the first start.
    void begin();
    /// What the card says while no model can be used: put it above the stage.
    QWidget* makeNoModelCard();
    /// Fetch the recommended model and then do `next`; false when a model is there already, and then nothing happens.
    bool fetchBefore(std::function<void()> next);
    bool isModelMissing() const { return is_model_missing_; }
    ModelDownloads& downloads() { return downloads_; }
    void showModels(bool published, const QString& id = {});
    void showSettings(const QString& page = {});

  Q_SIGNALS:
    /// No model can be used, or one can again.
    void modelMissingChanged(bool is_missing);
    /// How many downloads run or wait, and what the running one has come to ("Wan 2.1: 2.1 of 11.9 GB"); for the bar.
    void downloadsChanged(int active, const QString& text);
    /// End the program and start it again: another folder was chosen.
    void restartWanted();

  private:
    void addCommands(Actions& actions);
    void onModels(const std::vector<ModelInfo>& models);
    void onDownload(const QString& id);
    void findRecommended();
    void updateCard();
    void restartEngine();
    void makeNewEngine();
    template <class Dialog>
    void present(QPointer<Dialog>& slot, const std::function<Dialog*()>& make);

    QWidget& window_;
    Session& session_;
    PreferencesStore& preferences_;
    Actions& actions_;
    ModelDownloads downloads_;
    QPointer<ModelsDialog> models_;
    QPointer<SettingsDialog> settings_;
    QPointer<FirstRun> first_run_;
    QPointer<QFrame> card_;
    QLabel* card_text_ = nullptr;
    QPushButton* card_download_ = nullptr;
    std::optional<ModelOffer> recommended_;
    bool is_model_missing_ = false;
    std::function<void()> after_download_;
    Background background_;
};

}  // namespace studio::ui

// ui/dialogs/models_dialog.h - models on this computer and published ones: add, download, verify, remove.
#pragma once
#include <QDialog>
#include <QLabel>
#include <QPushButton>
#include <QTabWidget>
#include <QTreeWidget>

#include "ui/background.h"
#include "ui/model_downloads.h"

namespace studio::ui {

/// Threads   GUI thread; files are looked at in the background. Closing it ends additions and checks, and leaves
/// downloads going on.
class ModelsDialog : public QDialog {
    Q_OBJECT
  public:
    ModelsDialog(const Backend& backend, ModelDownloads& downloads, QWidget* parent = nullptr);
    ~ModelsDialog() override;

    /// As if these had been chosen in the file dialog.
    void add(const QStringList& paths);
    /// Show the tab with the published models, and this one.
    void showOffers(const QString& id = {});

  Q_SIGNALS:
    /// Another set of models is on the disk now.
    void modelsChanged();
    void settingsWanted();

  private:
    QWidget* makeHere();
    QWidget* makeOffers();
    void refresh();
    void refreshOffers();
    void fill(const std::vector<ModelInfo>& models);
    void showOffersList(const std::vector<ModelOffer>& offers);
    void showSelected();
    void showOffer();
    void updateOfferStates();
    void chooseFolder();
    void chooseFiles();
    void planRemoval();
    void confirmRemoval(const RemovalPlan& plan);
    void verify();
    void showVerified(const QString& name, const VerifyResult& result);
    void download();
    void say(const Error& error);
    QString licenceOf(const ModelInfo& model) const;

    ModelStoreCalls store_;
    std::function<std::vector<ModelInfo>()> list_;
    std::function<Result<std::vector<ModelOffer>>()> list_offers_;
    ModelDownloads& downloads_;
    std::stop_source stop_;
    std::vector<ModelInfo> models_;
    std::vector<ModelOffer> offers_;
    QString wanted_offer_;
    QTabWidget* tabs_;
    QTreeWidget *list_view_, *offers_view_;
    QLabel *about_, *offer_about_;
    QPushButton *add_folder_, *add_files_, *verify_, *remove_, *download_;
    Background background_;  // last: waits for the work before anything else goes
};

}  // namespace studio::ui

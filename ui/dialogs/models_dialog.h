// ui/dialogs/models_dialog.h - the models on this computer: state, size, what is missing; add and remove.
#pragma once
#include <QDialog>
#include <QLabel>
#include <QPushButton>
#include <QTreeWidget>

#include "ui/backend.h"
#include "ui/background.h"

namespace studio::ui {

/// Threads   GUI thread; files are looked at in the background.
class ModelsDialog : public QDialog {
    Q_OBJECT
  public:
    explicit ModelsDialog(const Backend& backend, QWidget* parent = nullptr);
    ~ModelsDialog() override;

    /// Make files or folders usable where they are: what the two Add buttons do after the choice.
    void add(const QStringList& paths);

  Q_SIGNALS:
    /// Something was added or removed.
    void modelsChanged();

  private:
    void refresh();
    void show(const std::vector<ModelInfo>& models);
    void showSelected();
    void chooseFolder();
    void chooseFiles();
    void planRemoval();
    void confirmRemoval(const RemovalPlan& plan);
    void say(const Error& error);

    ModelStoreCalls store_;
    std::function<std::vector<ModelInfo>()> list_;
    std::stop_source stop_;
    std::vector<ModelInfo> models_;
    QTreeWidget* list_view_;
    QLabel* about_;
    QPushButton *add_folder_, *add_files_, *remove_;
    Background background_;  // last: waits for its work before anything else goes
};

}  // namespace studio::ui

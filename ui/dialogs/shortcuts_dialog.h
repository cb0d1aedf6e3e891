// ui/dialogs/shortcuts_dialog.h - all commands with their keys: to read (F1), and to change (the page in the settings).
#pragma once
#include <QDialog>
#include <QFrame>
#include <QKeySequenceEdit>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTreeWidget>

#include "ui/actions.h"

namespace studio::ui {

/// A list of commands, found by typing; with `is_editable` a row below changes the chosen one's keys.
/// Ownership   `actions` must outlive it.   Threads   GUI thread.
class ShortcutsPage : public QWidget {
    Q_OBJECT
  public:
    ShortcutsPage(Actions& actions, bool is_editable, QWidget* parent = nullptr);

  protected:
    void changeEvent(QEvent* event) override;

  private:
    QWidget* makeEditor();
    void fill();
    void showChosen();
    void tryKeys();
    QString chosen() const;

    Actions& actions_;
    QLineEdit* search_;
    QTreeWidget* list_;
    QKeySequenceEdit* keys_ = nullptr;
    QLabel* problem_ = nullptr;
    QPushButton* clear_ = nullptr;
    QPushButton* reset_ = nullptr;
};

/// F1.
class ShortcutsDialog : public QDialog {
    Q_OBJECT
  public:
    explicit ShortcutsDialog(Actions& actions, QWidget* parent = nullptr);
};

}  // namespace studio::ui

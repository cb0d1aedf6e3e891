// ui/dialogs/settings_dialog.h - the settings of the program, made from the one table (app/preferences.h).
#pragma once
#include <QDialog>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QStackedWidget>
#include <vector>

#include "ui/dialogs/preference_row.h"
#include "ui/preferences_store.h"

namespace studio::ui {

class Actions;

/// A page per group; typing in the search field shows the rows of all pages that match. Every change acts at once and
/// is in the file when the row shows it. Ownership   store and actions must outlive it.   Threads   GUI thread.
class SettingsDialog : public QDialog {
    Q_OBJECT
  public:
    /// `actions` null: no page for shortcuts. `folders`: the page of the program's folders; taken over, may be null.
    SettingsDialog(PreferencesStore& preferences, Actions* actions, QWidget* folders, QWidget* parent = nullptr);

    /// "general", "folders", "downloads", "performance", "output", "notifications", "shortcuts".
    void showPage(const QString& group);

  private:
    void addPage(const QString& group, const QString& title, QWidget* page);
    QWidget* makeRows(const QString& group);
    void search(const QString& words);
    void resetAll();

    PreferencesStore& preferences_;
    QLineEdit* search_;
    QListWidget* pages_;
    QStackedWidget* stack_;
    QWidget* found_;  // the page of search results
    QLabel* nothing_found_;
    std::vector<PreferenceRow*> rows_, found_rows_;
};

}  // namespace studio::ui

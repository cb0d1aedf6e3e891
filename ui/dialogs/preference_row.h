// ui/dialogs/preference_row.h - one setting: its name, what it is for, the control for its type, and the way back.
#pragma once
#include <QLabel>
#include <QToolButton>
#include <QWidget>

#include "ui/preferences_store.h"

namespace studio::ui {

/// Object name "row:<key>", its control "value:<key>", its mark "reset:<key>". A refused value stays in the field with
/// the reason below it, and the old one stays in force.
/// Threads   GUI thread.
class PreferenceRow : public QWidget {
    Q_OBJECT
  public:
    PreferenceRow(const Preference& preference, PreferencesStore& store, QWidget* parent = nullptr);

    const Preference& preference() const { return preference_; }
    /// Do name, help or choices hold all of these words?
    bool matches(const QStringList& words) const;

    static QString label(const Preference& preference);
    static QString help(const Preference& preference);
    static QString choiceText(const Preference& preference, const QString& choice);

  private:
    QWidget* makeControl();
    QWidget* makeSwitch();
    QWidget* makeChoice();
    QWidget* makeNumber();
    QWidget* makeBytes();
    QWidget* makeText();
    QWidget* makeFolder();
    void set(const QString& text);
    void update();
    void chooseFolder();

    const Preference& preference_;
    PreferencesStore& store_;
    QString key_;
    std::function<void()> show_;  // the stored value in the control
    QToolButton* reset_;
    QLabel* problem_;
};

}  // namespace studio::ui

// ui/preferences_effects.h - what the settings of the program do to the program itself: language and appearance, while
// it runs. Other keys are read where they are needed, at the moment of use.
#pragma once
#include <QApplication>
#include <QObject>
#include <QString>
#include <optional>

#include "ui/preferences_store.h"
#include "ui/theme/theme.h"

namespace studio::ui {

/// Threads     GUI thread.
/// Ownership   the store must outlive it.
class PreferencesEffects : public QObject {
    Q_OBJECT
  public:
    /// What the command line says wins until the setting is changed.
    struct Overrides {
        QString language;
        std::optional<Appearance> appearance;
    };
    /// Installs language and appearance; make no widget before it.
    PreferencesEffects(QApplication& app, PreferencesStore& preferences, const Overrides& overrides);

    /// "en" or "zh_CN", as a setting says it or the system does.
    static QString languageOf(const PreferencesStore& preferences);
    const QString& language() const { return language_; }

  Q_SIGNALS:
    void languageChanged(const QString& language);

  private:
    void switchLanguage(const QString& language);
    Appearance wantedAppearance() const;

    QApplication& app_;
    PreferencesStore& preferences_;
    Appearance system_;  // read before our palette replaced the system's
    QString language_;
};

}  // namespace studio::ui

#include "ui/preferences_effects.h"

#include <QWidget>

#include "ui/language.h"
#include "ui/retranslate.h"

namespace studio::ui {

PreferencesEffects::PreferencesEffects(QApplication& app, PreferencesStore& preferences, const Overrides& overrides)
    : app_(app), preferences_(preferences), system_(systemAppearance(app)) {
    language_ = overrides.language.isEmpty() ? languageOf(preferences_) : overrides.language;
    applyAppearance(app_, overrides.appearance.value_or(wantedAppearance()));
    installLanguage(app_, language_);
    connect(&preferences_, &PreferencesStore::changed, this, [this](const QString& key) {
        if (key == QLatin1String("general.language")) switchLanguage(languageOf(preferences_));
        if (key == QLatin1String("general.appearance")) applyAppearance(app_, wantedAppearance());
    });
}

QString PreferencesEffects::languageOf(const PreferencesStore& preferences) {
    const QString wanted = languageFor(preferences.text("general.language"));
    return wanted.isEmpty() ? systemLanguage() : wanted;
}

Appearance PreferencesEffects::wantedAppearance() const {
    const QString wanted = preferences_.text("general.appearance");
    if (wanted == QLatin1String("light")) return Appearance::kLight;
    return wanted == QLatin1String("dark") ? Appearance::kDark : system_;
}

void PreferencesEffects::switchLanguage(const QString& language) {
    if (language == language_) return;
    Retranslator texts(language_);
    installLanguage(app_, language);
    language_ = language;
    for (QWidget* window : QApplication::topLevelWidgets())
        texts.apply(*window);
    Q_EMIT languageChanged(language);
}

}  // namespace studio::ui

#include "ui/theme/theme.h"

#include <QFile>
#include <QHash>
#include <QProxyStyle>
#include <QSettings>

static void initStudioResources() {
    Q_INIT_RESOURCE(studio);
}  // outside namespaces, as the macro needs

namespace studio::ui {

namespace {
struct Colours {
    const char *window, *panel, *raised, *hover, *input, *border, *stage, *text, *muted, *accent, *accent_hover,
        *on_accent, *danger;
};
// Text on window, panel and input has a contrast of at least 4.5 in both sets (muted text too).
constexpr Colours kDark{"#15171b", "#1c1f24", "#282c33", "#333842", "#131519", "#31363f", "#0d0e11",
                        "#eceef1", "#9aa3ae", "#62cfb5", "#7fdcc6", "#06231c", "#ff9d92"};
constexpr Colours kLight{"#f2f3f5", "#ffffff", "#eceef1", "#e0e3e8", "#f8f9fa", "#d5d9df", "#e3e6ea",
                         "#1a1d22", "#59626e", "#0d7a64", "#0a6553", "#ffffff", "#b3261e"};

constexpr const char* kAppearanceProperty = "studioAppearance";

/// Fusion without underlined letters; the Alt keys still work.
class StudioStyle : public QProxyStyle {
  public:
    StudioStyle() : QProxyStyle(QStringLiteral("Fusion")) {}
    int styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget,
                  QStyleHintReturn* data) const override {
        return hint == SH_UnderlineShortcut ? 0 : QProxyStyle::styleHint(hint, option, widget, data);
    }
};

QPalette paletteOf(const Colours& c) {
    QPalette p;
    p.setColor(QPalette::Window, c.window);
    p.setColor(QPalette::WindowText, c.text);
    p.setColor(QPalette::Base, c.input);
    p.setColor(QPalette::AlternateBase, c.panel);
    p.setColor(QPalette::Text, c.text);
    p.setColor(QPalette::PlaceholderText, c.muted);
    p.setColor(QPalette::Button, c.raised);
    p.setColor(QPalette::ButtonText, c.text);
    p.setColor(QPalette::BrightText, c.danger);
    p.setColor(QPalette::ToolTipBase, c.panel);
    p.setColor(QPalette::ToolTipText, c.text);
    p.setColor(QPalette::Highlight, c.accent);
    p.setColor(QPalette::HighlightedText, c.on_accent);
    p.setColor(QPalette::Link, c.accent);
    p.setColor(QPalette::Mid, c.border);
    p.setColor(QPalette::Midlight, c.hover);
    p.setColor(QPalette::Dark, c.stage);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
        QColor faded(c.muted);
        faded.setAlphaF(0.55f);
        p.setColor(QPalette::Disabled, role, faded);
    }
    return p;
}

/// Longer names before those that they begin with: the style sheet is filled in by plain replacement.
QList<std::pair<const char*, const char*>> tokensOf(const Colours& c) {
    return {{"@window", c.window}, {"@panel", c.panel},
            {"@raised", c.raised}, {"@hover", c.hover},
            {"@input", c.input},   {"@border", c.border},
            {"@stage", c.stage},   {"@text", c.text},
            {"@muted", c.muted},   {"@accent-hover", c.accent_hover},
            {"@accent", c.accent}, {"@on-accent", c.on_accent},
            {"@danger", c.danger}};
}

QString styleSheetOf(const Colours& c) {
    QFile file(QStringLiteral(":/styles/studio.qss"));
    if (!file.open(QIODevice::ReadOnly)) return {};
    QString sheet = QString::fromUtf8(file.readAll());
    for (const auto& [token, value] : tokensOf(c))
        sheet.replace(QLatin1String(token), QLatin1String(value));
    return sheet;
}
}  // namespace

Appearance systemAppearance(const QApplication& app) {
#ifdef Q_OS_WIN
    const QSettings windows(
        QStringLiteral("HKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\Themes\\Personalize"),
        QSettings::NativeFormat);
    return windows.value(QStringLiteral("AppsUseLightTheme"), 1).toInt() ? Appearance::kLight : Appearance::kDark;
#else
    if (qEnvironmentVariable("GTK_THEME").contains(QLatin1String("dark"), Qt::CaseInsensitive))
        return Appearance::kDark;
    // Without a desktop, Qt's palette is its built-in light one and tells nothing about the person's wish.
    if (qEnvironmentVariableIsEmpty("XDG_CURRENT_DESKTOP")) return Appearance::kDark;
    const QPalette palette = app.palette();
    const bool is_dark = palette.color(QPalette::Window).lightness() < palette.color(QPalette::WindowText).lightness();
    return is_dark ? Appearance::kDark : Appearance::kLight;
#endif
}

void applyAppearance(QApplication& app, Appearance appearance) {
    initStudioResources();
    app.setProperty(kAppearanceProperty, int(appearance));
    const Colours& colours = appearance == Appearance::kDark ? kDark : kLight;
    if (!dynamic_cast<StudioStyle*>(app.style())) app.setStyle(new StudioStyle);
    app.setPalette(paletteOf(colours));
    app.setStyleSheet(styleSheetOf(colours));
}

QHash<QString, QColor> themeColours(Appearance appearance) {
    QHash<QString, QColor> colours;
    for (const auto& [token, value] : tokensOf(appearance == Appearance::kDark ? kDark : kLight))
        colours.insert(QLatin1String(token + 1), QColor(QLatin1String(value)));
    return colours;
}

Appearance currentAppearance() {
    return Appearance(qApp->property(kAppearanceProperty).toInt());
}

}  // namespace studio::ui

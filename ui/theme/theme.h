// ui/theme/theme.h - the window's look: two sets of colours, one accent, one short style sheet.
#pragma once
#include <QApplication>
#include <QColor>
#include <QHash>
#include <QPalette>

namespace studio::ui {

enum class Appearance { kLight, kDark };

/// What the system asks for. Where it says nothing, dark: pictures look better on it.
/// Call before applyAppearance, which replaces the palette that this reads.
Appearance systemAppearance(const QApplication& app);

/// Give the whole application one look; may be called again to switch.
void applyAppearance(QApplication& app, Appearance appearance);
Appearance currentAppearance();
/// All colours of one look by their names in the style sheet ("text", "accent-hover").
QHash<QString, QColor> themeColours(Appearance appearance);

// Custom-painted widgets take their colours from the palette; these name the roles that are not obvious.
inline QColor accentColor(const QPalette& p) {
    return p.color(QPalette::Highlight);
}
inline QColor mutedColor(const QPalette& p) {
    return p.color(QPalette::PlaceholderText);
}
inline QColor borderColor(const QPalette& p) {
    return p.color(QPalette::Mid);
}
inline QColor stageColor(const QPalette& p) {
    return p.color(QPalette::Dark);
}
inline QColor raisedColor(const QPalette& p) {
    return p.color(QPalette::Button);
}

constexpr int kHeadingHeight = 32;  // of the first line of a panel, so that panels side by side line up
constexpr int kGrid = 8;            // every distance is a multiple of this, in device-independent pixels

}  // namespace studio::ui

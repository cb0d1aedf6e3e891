#include "ui/desktop/window_state.h"

namespace studio::ui {

namespace {
constexpr int kVersion = 1;

QVariant stateOf(QWidget* widget) {
    if (auto* splitter = qobject_cast<QSplitter*>(widget)) return splitter->saveState();
    if (auto* tabs = qobject_cast<QTabWidget*>(widget)) return tabs->currentIndex();
    if (auto* button = qobject_cast<QAbstractButton*>(widget)) return button->isChecked();
    return {};
}

void setState(QWidget* widget, const QVariant& state) {
    if (!state.isValid()) return;
    if (auto* splitter = qobject_cast<QSplitter*>(widget)) splitter->restoreState(state.toByteArray());
    if (auto* tabs = qobject_cast<QTabWidget*>(widget)) {
        const int index = state.toInt();
        if (index >= 0 && index < tabs->count()) tabs->setCurrentIndex(index);
    }
    if (auto* button = qobject_cast<QAbstractButton*>(widget)) button->setChecked(state.toBool());
}
}  // namespace

WindowState::WindowState(QWidget& window, const QString& file)
    : window_(window), settings_(file, QSettings::IniFormat) {}

void WindowState::add(QWidget* widget) {
    if (widget) parts_.push_back({widget, stateOf(widget)});
}

void WindowState::keep(QSplitter* splitter) {
    add(splitter);
}

void WindowState::keep(QTabWidget* tabs) {
    add(tabs);
}

void WindowState::keep(QAbstractButton* section) {
    add(section);
}

void WindowState::restore() {
    if (settings_.value("version", kVersion).toInt() != kVersion) return;
    window_.restoreGeometry(settings_.value("geometry").toByteArray());  // moves it onto a screen that is there
    for (const Part& part : parts_)
        if (part.widget) setState(part.widget, settings_.value("parts/" + part.widget->objectName()));
}

void WindowState::save() {
    settings_.setValue("version", kVersion);
    settings_.setValue("geometry", window_.saveGeometry());
    for (const Part& part : parts_)
        if (part.widget) settings_.setValue("parts/" + part.widget->objectName(), stateOf(part.widget));
    settings_.sync();
}

void WindowState::reset() {
    for (const Part& part : parts_)
        if (part.widget) setState(part.widget, part.first);
}

}  // namespace studio::ui

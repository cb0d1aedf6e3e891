#include "ui/preferences_store.h"

#include <QFileInfo>

#include "core/text.h"

namespace studio::ui {

namespace {
constexpr int kSettleMs = 100;  // a writer renames; the folder tells several times
}

PreferencesStore::PreferencesStore(Preferences preferences, QObject* parent)
    : QObject(parent), values_(std::move(preferences)) {
    settle_.setSingleShot(true);
    settle_.setInterval(kSettleMs);
    connect(&settle_, &QTimer::timeout, this, &PreferencesStore::readAgain);
    connect(&watcher_, &QFileSystemWatcher::fileChanged, &settle_, qOverload<>(&QTimer::start));
    connect(&watcher_, &QFileSystemWatcher::directoryChanged, &settle_, qOverload<>(&QTimer::start));
    watch();
}

/// The file is replaced by every change, so its folder is watched as well.
void PreferencesStore::watch() {
    if (values_.path().empty()) return;
    const QString file = QString::fromStdString(path_to_utf8(values_.path()));
    const QString folder = QFileInfo(file).absolutePath();
    if (QFileInfo::exists(folder) && !watcher_.directories().contains(folder)) watcher_.addPath(folder);
    if (QFileInfo::exists(file) && !watcher_.files().contains(file)) watcher_.addPath(file);
}

void PreferencesStore::readAgain() {
    watch();
    for (const std::string& key : values_.refresh())
        Q_EMIT changed(QString::fromStdString(key));
}

/// Run a change and tell every key whose value is another one after it.
template <class Change>
Result<void> PreferencesStore::change(Change change) {
    const Preferences before = values_;
    const auto done = change(values_);
    if (!done.ok()) return done;
    watch();
    QStringList keys;
    for (const Preference& one : preferences_table())
        keys << QString::fromUtf8(one.key.data(), qsizetype(one.key.size()));
    for (const Preferences* side : {&before, &std::as_const(values_)})
        for (const std::string& key : side->keys_of("shortcuts"))
            if (const QString name = QString::fromStdString(key); !keys.contains(name)) keys << name;
    for (const QString& key : keys)
        if (before.text(key.toStdString()) != values_.text(key.toStdString())) Q_EMIT changed(key);
    return {};
}

Result<void> PreferencesStore::set(const QString& key, const QString& text) {
    return change([&](Preferences& values) { return values.set(key.toStdString(), text.toStdString()); });
}

Result<void> PreferencesStore::reset(const QString& key) {
    return change([&](Preferences& values) { return values.reset(key.toStdString()); });
}

Result<void> PreferencesStore::resetAll() {
    return change([](Preferences& values) { return values.reset_all(); });
}

}  // namespace studio::ui

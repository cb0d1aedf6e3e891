// ui/preferences_store.h - the settings of the program for widgets: read, change, and be told of changes.
#pragma once
#include <QFileSystemWatcher>
#include <QObject>
#include <QString>
#include <QTimer>

#include "app/preferences.h"

namespace studio::ui {

/// Changes act at once: whoever obeys a key connects to changed(). Also those that another program writes are told
/// (turbo-studio-cli settings set), some 100 ms later.
/// Threads   GUI thread. The file is small; a change writes it before it returns.
class PreferencesStore : public QObject {
    Q_OBJECT
  public:
    /// In memory alone: what tests and a window without a file have.
    explicit PreferencesStore(QObject* parent = nullptr) : PreferencesStore(Preferences(), parent) {}
    explicit PreferencesStore(Preferences preferences, QObject* parent = nullptr);

    QString text(const char* key) const { return QString::fromStdString(values_.text(key)); }
    bool isOn(const char* key) const { return values_.is_on(key); }
    qint64 number(const char* key) const { return values_.number(key); }
    bool isDefault(const QString& key) const { return values_.is_default(key.toStdString()); }
    /// For a thread of its own: a copy.
    const Preferences& values() const { return values_; }

    /// Errors  those of Preferences; nothing has changed then.
    Result<void> set(const QString& key, const QString& text);
    Result<void> reset(const QString& key);
    Result<void> resetAll();

  Q_SIGNALS:
    void changed(const QString& key);

  private:
    template <class Change>
    Result<void> change(Change change);
    void watch();
    void readAgain();

    Preferences values_;
    QFileSystemWatcher watcher_;
    QTimer settle_;
};

}  // namespace studio::ui

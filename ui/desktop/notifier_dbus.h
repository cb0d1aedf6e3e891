// ui/desktop/notifier_dbus.h - the D-Bus side of Notifier; only notifier_dbus.cpp includes it.
#pragma once
#include "ui/desktop/notifier.h"

namespace studio::ui {

struct Notifier::Platform : public QObject {
    Q_OBJECT
  public:
    explicit Platform(Notifier& owner);
    void send(const QString& title, const QString& text, bool with_sound);

  private Q_SLOTS:
    void onToken(uint id, const QString& token);
    void onAction(uint id, const QString& key);

  private:
    Notifier& owner_;
    uint last_id_ = 0;
    QString token_;
};

}  // namespace studio::ui

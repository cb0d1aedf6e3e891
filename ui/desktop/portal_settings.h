// ui/desktop/portal_settings.h - settings of the desktop by the portal org.freedesktop.portal.Settings (Linux).
#pragma once
#include <QDBusVariant>
#include <QObject>
#include <QVariant>

namespace studio::ui {

/// Threads   GUI thread; never waits.
class PortalSettings : public QObject {
    Q_OBJECT
  public:
    explicit PortalSettings(QObject* parent);
    /// Ask for one value; `told` follows if the desktop has it.
    void ask(const QString& group, const QString& key);

  Q_SIGNALS:
    /// The answer, and every later change of any setting.
    void told(const QString& group, const QString& key, const QVariant& value);

  private Q_SLOTS:
    void onChanged(const QString& group, const QString& key, const QDBusVariant& value);

  private:
    void tell(const QString& group, const QString& key, QVariant value);
};

}  // namespace studio::ui

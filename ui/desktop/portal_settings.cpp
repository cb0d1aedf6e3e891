#include "ui/desktop/portal_settings.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>

namespace studio::ui {

namespace {
const auto kService = QStringLiteral("org.freedesktop.portal.Desktop");
const auto kPath = QStringLiteral("/org/freedesktop/portal/desktop");
const auto kInterface = QStringLiteral("org.freedesktop.portal.Settings");
}  // namespace

PortalSettings::PortalSettings(QObject* parent) : QObject(parent) {
    QDBusConnection::sessionBus().connect(kService, kPath, kInterface, QStringLiteral("SettingChanged"), this,
                                          SLOT(onChanged(QString, QString, QDBusVariant)));
}

void PortalSettings::ask(const QString& group, const QString& key) {
    auto bus = QDBusConnection::sessionBus();
    if (!bus.isConnected()) return;
    QDBusMessage call = QDBusMessage::createMethodCall(kService, kPath, kInterface, QStringLiteral("Read"));
    call << group << key;
    auto* answer = new QDBusPendingCallWatcher(bus.asyncCall(call), this);
    connect(answer, &QDBusPendingCallWatcher::finished, this, [this, answer, group, key] {
        const QDBusPendingReply<QDBusVariant> reply = *answer;
        if (!reply.isError()) tell(group, key, reply.value().variant());
        answer->deleteLater();
    });
}

void PortalSettings::onChanged(const QString& group, const QString& key, const QDBusVariant& value) {
    tell(group, key, value.variant());
}

void PortalSettings::tell(const QString& group, const QString& key, QVariant value) {
    while (value.canConvert<QDBusVariant>())
        value = value.value<QDBusVariant>().variant();  // Read() wraps twice
    Q_EMIT told(group, key, value);
}

}  // namespace studio::ui

// Desktop Notifications Specification 1.2, https://specifications.freedesktop.org/notification-spec/
#include <QApplication>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QVariantMap>

#include "core/log.h"
#include "ui/desktop/notifier.h"
#include "ui/desktop/notifier_dbus.h"

namespace studio::ui {

namespace {
const auto kService = QStringLiteral("org.freedesktop.Notifications");
const auto kPath = QStringLiteral("/org/freedesktop/Notifications");
}  // namespace

Notifier::Platform::Platform(Notifier& owner) : owner_(owner) {
    auto bus = QDBusConnection::sessionBus();
    if (!bus.isConnected()) return;
    bus.connect(kService, kPath, kService, QStringLiteral("ActionInvoked"), this, SLOT(onAction(uint, QString)));
    bus.connect(kService, kPath, kService, QStringLiteral("ActivationToken"), this, SLOT(onToken(uint, QString)));
}

void Notifier::Platform::send(const QString& title, const QString& text, bool with_sound) {
    QVariantMap hints = {{QStringLiteral("desktop-entry"), QGuiApplication::desktopFileName()}};
    if (with_sound)
        hints.insert(QStringLiteral("sound-name"), QStringLiteral("complete"));
    else
        hints.insert(QStringLiteral("suppress-sound"), true);
    QDBusMessage call = QDBusMessage::createMethodCall(kService, kPath, kService, QStringLiteral("Notify"));
    // Markup is allowed in the text, so what looks like it is escaped.
    call << QGuiApplication::applicationDisplayName() << last_id_ << QGuiApplication::desktopFileName() << title
         << text.toHtmlEscaped() << QStringList{QStringLiteral("default"), Notifier::tr("Show")} << hints << -1;
    auto* answer = new QDBusPendingCallWatcher(QDBusConnection::sessionBus().asyncCall(call), this);
    connect(answer, &QDBusPendingCallWatcher::finished, this, [this, answer, with_sound] {
        const QDBusPendingReply<uint> reply = *answer;
        if (reply.isError()) {
            log::info("The desktop takes no notices: {}", reply.error().message().toStdString());
            if (with_sound) QApplication::beep();
        } else {
            last_id_ = reply.value();
        }
        answer->deleteLater();
    });
}

void Notifier::Platform::onToken(uint id, const QString& token) {
    if (id == last_id_) token_ = token;
}

void Notifier::Platform::onAction(uint id, const QString&) {
    if (id == last_id_ && id != 0) Q_EMIT owner_.chosen(std::exchange(token_, QString()));
}

Notifier::Notifier(QObject* parent) : QObject(parent), platform_(std::make_unique<Platform>(*this)) {}
Notifier::~Notifier() = default;

void Notifier::notify(const QString& title, const QString& text, bool with_sound) {
    platform_->send(title, text, with_sound);
}

}  // namespace studio::ui

// Where there is no D-Bus: the tray's own messages. The icon is there only while one is shown.
#include <QApplication>
#include <QSystemTrayIcon>
#include <QTimer>

#include "ui/desktop/notifier.h"

namespace studio::ui {

namespace {
constexpr int kShownMs = 10'000;
}

struct Notifier::Platform {
    QSystemTrayIcon tray;
    QTimer hide;
};

Notifier::Notifier(QObject* parent) : QObject(parent), platform_(std::make_unique<Platform>()) {
    platform_->hide.setSingleShot(true);
    connect(&platform_->hide, &QTimer::timeout, &platform_->tray, &QSystemTrayIcon::hide);
    connect(&platform_->tray, &QSystemTrayIcon::messageClicked, this, [this] { Q_EMIT chosen({}); });
    connect(&platform_->tray, &QSystemTrayIcon::activated, this, [this] { Q_EMIT chosen({}); });
}
Notifier::~Notifier() = default;

void Notifier::notify(const QString& title, const QString& text, bool with_sound) {
    if (with_sound) QApplication::beep();
    if (!QSystemTrayIcon::supportsMessages()) return;
    platform_->tray.setIcon(QApplication::windowIcon());
    platform_->tray.show();
    platform_->tray.showMessage(title, text, QSystemTrayIcon::NoIcon, kShownMs);
    platform_->hide.start(kShownMs);
}

}  // namespace studio::ui

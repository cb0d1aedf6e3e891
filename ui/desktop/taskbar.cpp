#include "ui/desktop/taskbar.h"

#include <QGuiApplication>
#include <QWidget>
#include <algorithm>
#include <cmath>
#ifdef STUDIO_WITH_DBUS
#include <QDBusConnection>
#include <QDBusMessage>
#include <QVariantMap>
#endif
#ifdef Q_OS_WIN
#include <shobjidl.h>
#include <windows.h>
#endif

namespace studio::ui {

#ifdef Q_OS_WIN
struct Taskbar::Platform {
    QWidget* window = nullptr;
    ITaskbarList3* list = nullptr;
    explicit Platform(QWidget* w) : window(w) {
        const HRESULT made = CoCreateInstance(CLSID_TaskbarList, nullptr, CLSCTX_INPROC_SERVER, IID_ITaskbarList3,
                                              reinterpret_cast<void**>(&list));
        if (FAILED(made) || FAILED(list->HrInit())) list = nullptr;
    }
    ~Platform() {
        if (list) list->Release();
    }
};
#else
struct Taskbar::Platform {
    explicit Platform(QWidget*) {}
};
#endif

Taskbar::Taskbar(QWidget* window) : QObject(window), platform_(std::make_unique<Platform>(window)) {}

Taskbar::~Taskbar() {
    if (last_percent_ >= 0) send(-1, 0);  // no bar of a program that is gone
}

void Taskbar::setProgress(double fraction, int waiting) {
    const bool is_running = fraction >= 0 && std::isfinite(fraction);
    const int percent = is_running ? int(100 * std::min(fraction, 1.0)) : -1;
    if (percent == last_percent_ && waiting == last_waiting_) return;
    last_percent_ = percent;
    last_waiting_ = waiting;
    send(percent / 100.0, waiting);
}

void Taskbar::send([[maybe_unused]] double fraction, [[maybe_unused]] int waiting) {
    [[maybe_unused]] const bool is_running = fraction >= 0;
#ifdef STUDIO_WITH_DBUS
    auto bus = QDBusConnection::sessionBus();
    if (!bus.isConnected()) return;
    QDBusMessage update =
        QDBusMessage::createSignal(QStringLiteral("/org/turbostudio/TurboStudio"),
                                   QStringLiteral("com.canonical.Unity.LauncherEntry"), QStringLiteral("Update"));
    update << QStringLiteral("application://%1.desktop").arg(QGuiApplication::desktopFileName())
           << QVariantMap{{QStringLiteral("progress"), is_running ? fraction : 0.0},
                          {QStringLiteral("progress-visible"), is_running},
                          {QStringLiteral("count"), qlonglong(waiting)},
                          {QStringLiteral("count-visible"), is_running && waiting > 0}};
    bus.send(update);
#endif
#ifdef Q_OS_WIN
    if (!platform_->list) return;
    const HWND handle = reinterpret_cast<HWND>(platform_->window->winId());
    platform_->list->SetProgressState(handle, is_running ? TBPF_NORMAL : TBPF_NOPROGRESS);
    if (is_running) platform_->list->SetProgressValue(handle, ULONGLONG(fraction * 1000), 1000);
#endif
}

}  // namespace studio::ui

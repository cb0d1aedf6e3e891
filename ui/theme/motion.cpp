#include "ui/theme/motion.h"

#include <QApplication>
#include <QPointer>
#include <QVariant>
#ifdef STUDIO_WITH_DBUS
#include "ui/desktop/portal_settings.h"
#endif
#ifdef Q_OS_WIN
#include <windows.h>
#endif

namespace studio::ui {

namespace {
const auto kAppearance = QStringLiteral("org.freedesktop.appearance");
const auto kGnome = QStringLiteral("org.gnome.desktop.interface");
}  // namespace

Motion& Motion::instance() {
    static QPointer<Motion> motion;  // goes with the application, before its message bus does
    if (!motion) {
        motion = new Motion;
        motion->setParent(qApp);
    }
    return *motion;
}

bool Motion::isReduced() const {
    return wish_ == Wish::kReduced || (wish_ == Wish::kSystem && is_system_reduced_);
}

void Motion::update(bool was_reduced) {
    const bool is_reduced = isReduced();
    if (is_reduced == was_reduced) return;
    for (const Qt::UIEffect effect : {Qt::UI_AnimateMenu, Qt::UI_FadeMenu, Qt::UI_AnimateCombo, Qt::UI_AnimateTooltip,
                                      Qt::UI_FadeTooltip, Qt::UI_AnimateToolBox})
        QApplication::setEffectEnabled(effect, !is_reduced);
    Q_EMIT changed(is_reduced);
}

void Motion::setWish(Wish wish) {
    const bool was_reduced = isReduced();
    wish_ = wish;
    update(was_reduced);
}

void Motion::setSystemReduced(bool is_reduced) {
    const bool was_reduced = isReduced();
    is_system_reduced_ = is_reduced;
    update(was_reduced);
}

void Motion::followSystem() {
    if (is_following_) return;
    is_following_ = true;
#ifdef Q_OS_WIN
    BOOL is_animated = TRUE;
    if (SystemParametersInfoW(SPI_GETCLIENTAREAANIMATION, 0, &is_animated, 0)) setSystemReduced(!is_animated);
#endif
#ifdef STUDIO_WITH_DBUS
    auto* portal = new PortalSettings(this);
    connect(portal, &PortalSettings::told, this, &Motion::takeSetting);
    portal->ask(kAppearance, QStringLiteral("reduced-motion"));
    portal->ask(kGnome, QStringLiteral("enable-animations"));
#endif
}

void Motion::takeSetting(const QString& group, const QString& key, const QVariant& value) {
    if (group == kAppearance && key == QLatin1String("reduced-motion")) setSystemReduced(value.toUInt() == 1);
    if (group == kGnome && key == QLatin1String("enable-animations")) setSystemReduced(!value.toBool());
}

}  // namespace studio::ui

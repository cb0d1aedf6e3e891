#include "ui/language.h"

#include <QLibraryInfo>
#include <QLocale>
#include <QPointer>
#include <QTranslator>

#include "core/log.h"

namespace studio::ui {

QString languageFor(const QString& name) {
    const QString lower = name.toLower().replace(QLatin1Char('-'), QLatin1Char('_'));
    if (lower == QLatin1String("zh") || lower.startsWith(QLatin1String("zh_"))) return QStringLiteral("zh_CN");
    if (lower == QLatin1String("en") || lower.startsWith(QLatin1String("en_"))) return QStringLiteral("en");
    return {};
}

QString systemLanguage() {
    for (const QString& name : QLocale::system().uiLanguages())
        if (const QString language = languageFor(name); !language.isEmpty()) return language;
    return QStringLiteral("en");
}

void installLanguage(QApplication& app, const QString& language) {
    // The region's own digits and separators stay when the system already speaks the language.
    const QLocale wanted(language);
    const QLocale system = QLocale::system();
    QLocale::setDefault(system.language() == wanted.language() ? system : wanted);
    static QPointer<QTranslator> installed, installed_of_qt;
    for (QPointer<QTranslator>* old : {&installed, &installed_of_qt}) {
        if (!*old) continue;
        QCoreApplication::removeTranslator(*old);
        delete *old;
    }
    auto* texts = new QTranslator(&app);
    installed = texts;
    if (texts->load(QStringLiteral(":/i18n/turbo-studio_%1.qm").arg(language)))
        app.installTranslator(texts);
    else
        log::warning("The texts for '{}' are missing from the program.", language.toStdString());
    auto* of_qt = new QTranslator(&app);  // context menus and dialogs of Qt; absent on many machines, which is fine
    installed_of_qt = of_qt;
    if (of_qt->load(wanted, QStringLiteral("qtbase"), QStringLiteral("_"),
                    QLibraryInfo::path(QLibraryInfo::TranslationsPath)))
        app.installTranslator(of_qt);
}

}  // namespace studio::ui

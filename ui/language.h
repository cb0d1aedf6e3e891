// ui/language.h - which languages there are, and switching the program to one.
#pragma once
#include <QApplication>
#include <QString>

namespace studio::ui {

/// "en" or "zh_CN" for a name like "zh", "zh-Hans" or "en_GB"; empty when the program does not speak it.
QString languageFor(const QString& name);
/// The first of the system's languages that the program speaks, else "en".
QString systemLanguage();
/// Install texts and number formats in place of those that were installed before. Texts that are shown already do not
/// change by this (see ui/retranslate.h).
void installLanguage(QApplication& app, const QString& language);

}  // namespace studio::ui

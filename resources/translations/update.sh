#!/bin/sh
# Collect the window's texts into the translation files (then translate with Linguist or an editor). Needs qt6-l10n-tools.
set -eu
cd "$(dirname "$0")/../.."
lupdate="${LUPDATE:-/usr/lib/qt6/bin/lupdate}"
options="-no-obsolete -locations none -source-language en -tr-function-alias QT_TRANSLATE_NOOP+=STUDIO_TEXT"
program=src/app/preferences_table.cpp  # words of the settings; the library below the window knows no Qt
# English needs entries only where a number decides the form.
"$lupdate" $options -target-language en -pluralonly ui "$program" -I . -ts resources/translations/turbo-studio_en.ts
"$lupdate" $options -target-language zh_CN ui "$program" -I . -ts resources/translations/turbo-studio_zh_CN.ts

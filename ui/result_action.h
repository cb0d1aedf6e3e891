// ui/result_action.h - everything that can be done with a result, declared once: buttons under the stage, the context
// menu of the history and the keys are made from it.
#pragma once
#include <QKeySequence>
#include <QList>
#include <QString>
#include <span>

#include "ui/theme/icons.h"

namespace studio::ui {

enum class ResultAction {
    kSaveAs,
    kLastFrame,
    kVariation,
    kReuse,
    kReproduce,
    kDecodeAgain,
    kCompare,
    kExport,
    kFolder,
    kCommand,
    kTrash
};

struct ResultActionInfo {
    ResultAction action;
    const char* id;    // of the command, see ui/actions.h
    const char* text;  // both marked for translation in the context "Actions"
    const char* help;
    QKeySequence key;
    Glyph glyph;
};

/// In the order of menus.
std::span<const ResultActionInfo> resultActions();
const ResultActionInfo& infoOf(ResultAction action);
QString textOf(ResultAction action);  // in the current language
QString helpOf(ResultAction action);

}  // namespace studio::ui

#include "ui/widgets/prompt_edit.h"

#include <QMimeData>

namespace studio::ui {

PromptEdit::PromptEdit(QWidget* parent) : QPlainTextEdit(parent) {
    setTabChangesFocus(true);
    setLineWrapMode(QPlainTextEdit::WidgetWidth);
}

void PromptEdit::insertFromMimeData(const QMimeData* source) {
    QString text = source->text();
    const qsizetype bytes = text.toUtf8().size();
    if (promptBytes() + bytes > kMaxBytes) {
        Q_EMIT pasteRefused(bytes);
        return;
    }
    // Control characters have no meaning in a prompt and hide from the eye.
    text.removeIf([](QChar c) { return c.category() == QChar::Other_Control && c != u'\n' && c != u'\t'; });
    textCursor().insertText(text);
    ensureCursorVisible();
}

}  // namespace studio::ui

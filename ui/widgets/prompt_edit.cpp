#include "ui/widgets/prompt_edit.h"

#include <QEvent>
#include <QMimeData>

#include "ui/theme/theme.h"

namespace studio::ui {

PromptEdit::PromptEdit(QWidget* parent) : QPlainTextEdit(parent) {
    setTabChangesFocus(true);
    setLineWrapMode(QPlainTextEdit::WidgetWidth);
}

void PromptEdit::replaceText(const QString& text) {
    if (text == toPlainText()) return;
    QTextCursor all(document());
    all.select(QTextCursor::Document);
    all.insertText(text);
    moveCursor(QTextCursor::End);
}

void PromptEdit::setReadLimit(std::optional<int> position) {
    if (position == read_limit_) return;
    read_limit_ = position;
    markUnread();
}

void PromptEdit::markUnread() {
    QList<QTextEdit::ExtraSelection> marks;
    if (read_limit_) {
        QTextEdit::ExtraSelection unread;
        unread.cursor = QTextCursor(document());
        unread.cursor.setPosition(std::min(*read_limit_, document()->characterCount() - 1));
        unread.cursor.movePosition(QTextCursor::End, QTextCursor::KeepAnchor);
        unread.format.setForeground(mutedColor(palette()));
        unread.format.setUnderlineStyle(QTextCharFormat::DashUnderline);
        unread.format.setUnderlineColor(mutedColor(palette()));
        marks << unread;
    }
    setExtraSelections(marks);
}

void PromptEdit::changeEvent(QEvent* event) {
    QPlainTextEdit::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && read_limit_) markUnread();
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

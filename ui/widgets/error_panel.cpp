#include "ui/widgets/error_panel.h"

#include <QAccessible>
#include <QClipboard>
#include <QGuiApplication>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {
QLabel* textLabel(const char* object_name, const char* role) {
    auto* label = new QLabel;
    label->setObjectName(QLatin1String(object_name));
    label->setProperty("role", role);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}
}  // namespace

ErrorPanel::ErrorPanel(QWidget* parent) : QFrame(parent) {
    setObjectName(QStringLiteral("errorPanel"));
    auto* sign = new QLabel;
    sign->setPixmap(makeIcon(Glyph::kWarning).pixmap(24, 24));
    title_ = textLabel("errorTitle", "heading");
    message_ = textLabel("errorMessage", "plain");
    fix_ = textLabel("errorFix", "hint");
    auto* copy = new QPushButton(tr("Copy details"));
    copy->setObjectName(QStringLiteral("errorCopyButton"));
    copy->setToolTip(tr("Put the whole error into the clipboard, for a report"));
    auto* close = new QToolButton;
    close->setObjectName(QStringLiteral("errorCloseButton"));
    close->setProperty("role", "flat");
    close->setIcon(makeIcon(Glyph::kClose));
    close->setAccessibleName(tr("Dismiss the error"));
    close->setToolTip(tr("Dismiss"));
    connect(copy, &QPushButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(details_); });
    connect(close, &QToolButton::clicked, this, &QWidget::hide);
    auto* words = new QVBoxLayout;
    words->setSpacing(kGrid / 2);
    words->addWidget(title_);
    words->addWidget(message_);
    words->addWidget(fix_);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(2 * kGrid, kGrid + 4, kGrid, kGrid + 4);
    layout->setSpacing(kGrid + 4);
    layout->addWidget(sign, 0, Qt::AlignTop);
    layout->addLayout(words, 1);
    layout->addWidget(copy, 0, Qt::AlignTop);
    layout->addWidget(close, 0, Qt::AlignTop);
    hide();
}

void ErrorPanel::showError(ErrorCode code, const ErrorText& text, const QString& note) {
    title_->setText(Wording::errorTitle(code));
    message_->setText(fromUtf8(text.what));
    fix_->setText(note.isEmpty() ? fromUtf8(text.to_do) : tr("%1\n%2").arg(fromUtf8(text.to_do), note));
    details_ = fromUtf8(text.title + "\n" + text.what + "\n" + text.to_do + "\n" + text.details);
    if (!note.isEmpty()) details_ += QLatin1Char('\n') + note;
    announce();
}

void ErrorPanel::showNote(const QString& title, const QString& text) {
    title_->setText(title);
    message_->setText(text);
    fix_->clear();
    details_ = title + QLatin1Char('\n') + text;
    announce();
}

void ErrorPanel::announce() {
    setAccessibleName(title_->text());
    setAccessibleDescription(message_->text());
    show();
    QAccessibleEvent alert(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&alert);
}

}  // namespace studio::ui

#include "ui/widgets/result_bar.h"

#include <QAccessible>
#include <QHBoxLayout>
#include <QMenu>
#include <QVBoxLayout>

#include "ui/theme/theme.h"
#include "ui/widgets/transport_bar.h"

namespace studio::ui {

namespace {
struct Face {
    ResultAction action;
    const char* object_name;
    bool has_text;
};
constexpr Face kFaces[] = {{ResultAction::kSaveAs, "saveAsButton", true},
                           {ResultAction::kLastFrame, "lastFrameButton", true},
                           {ResultAction::kVariation, "variationButton", true},
                           {ResultAction::kReuse, "reuseButton", false},
                           {ResultAction::kFolder, "folderButton", false}};
constexpr int kProgressSteps = 1000;
}  // namespace

ResultBar::ResultBar(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("resultBar"));
    auto* row = new QHBoxLayout;
    row->setSpacing(kGrid / 2);
    for (const Face& face : kFaces) {
        QToolButton* button = makeFlatButton(face.object_name, textOf(face.action), helpOf(face.action),
                                             makeIcon(infoOf(face.action).glyph));
        if (face.has_text) {
            button->setText(textOf(face.action));
            button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        } else if (face.action == ResultAction::kReuse) {
            row->addStretch();
        }
        connect(button, &QToolButton::clicked, this, [this, action = face.action] { Q_EMIT wanted(action); });
        row->addWidget(button);
        buttons_[face.action] = button;
    }
    more_ = makeFlatButton("moreButton", tr("More"), tr("Everything that can be done with this video"),
                           makeIcon(Glyph::kMore));
    row->addWidget(more_);
    makeMenu();
    line_ = new QWidget;
    words_ = new QLabel;
    words_->setObjectName(QStringLiteral("resultNote"));
    words_->setProperty("role", "hint");
    words_->setTextFormat(Qt::PlainText);
    words_->setWordWrap(true);
    progress_ = new QProgressBar;
    progress_->setObjectName(QStringLiteral("resultProgress"));
    progress_->setRange(0, kProgressSteps);
    progress_->setTextVisible(false);
    progress_->setFixedHeight(6);
    cancel_ = makeFlatButton("resultCancel", tr("Stop"), tr("Stop this; nothing half-finished stays"),
                             makeIcon(Glyph::kClose));
    connect(cancel_, &QToolButton::clicked, this, &ResultBar::cancelWanted);
    auto* told = new QHBoxLayout(line_);
    told->setContentsMargins(kGrid, 0, 0, 0);
    told->addWidget(words_, 1);
    told->addWidget(progress_, 1);
    told->addWidget(cancel_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addLayout(row);
    layout->addWidget(line_);
    setProgress(-1, {});
}

void ResultBar::makeMenu() {
    auto* menu = new QMenu(more_);
    menu->setObjectName(QStringLiteral("resultMenu"));
    for (const ResultActionInfo& info : resultActions()) {
        if (info.action == ResultAction::kTrash) menu->addSeparator();
        QAction* entry = menu->addAction(makeIcon(info.glyph), textOf(info.action), this,
                                         [this, action = info.action] { Q_EMIT wanted(action); });
        entry->setToolTip(helpOf(info.action));
        entry->setObjectName(QLatin1String(info.id));
        entries_[info.action] = entry;
    }
    menu->setToolTipsVisible(true);
    more_->setPopupMode(QToolButton::InstantPopup);
    more_->setMenu(menu);
}

void ResultBar::update(const std::function<QString(ResultAction)>& why_not) {
    bool has_any = false;
    for (const auto& [action, entry] : entries_) {
        const QString reason = why_not(action);
        has_any = has_any || reason.isEmpty();
        entry->setEnabled(reason.isEmpty());
        entry->setToolTip(reason.isEmpty() ? helpOf(action) : reason);
        const auto face = buttons_.find(action);
        if (face == buttons_.end()) continue;
        face->second->setEnabled(reason.isEmpty());
        face->second->setToolTip(reason.isEmpty() ? helpOf(action) : reason);
    }
    more_->setEnabled(has_any);
}

void ResultBar::say(const QString& text) {
    words_->setText(text);
    words_->setVisible(!text.isEmpty());
    line_->setVisible(!text.isEmpty());
    if (text.isEmpty()) return;
    QAccessibleEvent told(words_, QAccessible::Alert);
    QAccessible::updateAccessibility(&told);
}

QString ResultBar::said() const {
    return words_->text();
}

void ResultBar::setProgress(double fraction, const QString& what) {
    const bool is_running = fraction >= 0;
    progress_->setVisible(is_running);
    cancel_->setVisible(is_running);
    if (is_running) {
        progress_->setValue(int(fraction * kProgressSteps));
        progress_->setAccessibleName(what);
    }
    words_->setText(what);
    words_->setVisible(!what.isEmpty());
    line_->setVisible(is_running || !what.isEmpty());
}

}  // namespace studio::ui

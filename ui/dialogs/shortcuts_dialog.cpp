#include "ui/dialogs/shortcuts_dialog.h"

#include <QDialogButtonBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QVBoxLayout>

#include "ui/theme/theme.h"

namespace studio::ui {

namespace {
constexpr int kIdRole = Qt::UserRole;

QString placeName(ActionPlace place) {
    switch (place) {
        case ActionPlace::kWindow:
            return ShortcutsPage::tr("Everywhere");
        case ActionPlace::kStage:
            return ShortcutsPage::tr("On the stage");
        case ActionPlace::kList:
            return ShortcutsPage::tr("In the queue and the history");
    }
    return {};
}

QString keysText(const QAction& action) {
    return QKeySequence::listToString(action.shortcuts(), QKeySequence::NativeText)
        .replace(QLatin1String("; "), QLatin1String("   "));
}
}  // namespace

ShortcutsPage::ShortcutsPage(Actions& actions, bool is_editable, QWidget* parent) : QWidget(parent), actions_(actions) {
    setObjectName(QStringLiteral("shortcutsPage"));
    search_ = new QLineEdit;
    search_->setObjectName(QStringLiteral("shortcutSearch"));
    search_->setPlaceholderText(tr("Search commands and keys"));
    search_->setAccessibleName(tr("Search commands and keys"));
    search_->setClearButtonEnabled(true);
    list_ = new QTreeWidget;
    list_->setObjectName(QStringLiteral("shortcutList"));
    list_->setAccessibleName(tr("Commands and their keys"));
    list_->setHeaderLabels({tr("Command"), tr("Keys")});
    list_->setRootIsDecorated(false);
    list_->setIndentation(2 * kGrid);
    list_->header()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
    list_->header()->setSectionsMovable(false);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    layout->addWidget(search_);
    layout->addWidget(list_, 1);
    if (is_editable) layout->addWidget(makeEditor());
    fill();
    connect(search_, &QLineEdit::textChanged, this, &ShortcutsPage::fill);
    connect(&actions_, &Actions::keysChanged, this, &ShortcutsPage::fill);
    connect(&actions_, &Actions::added, this, &ShortcutsPage::fill);
}

QWidget* ShortcutsPage::makeEditor() {
    auto* editor = new QFrame;
    keys_ = new QKeySequenceEdit;
    keys_->setObjectName(QStringLiteral("shortcutEdit"));
    keys_->setAccessibleName(tr("New key for the chosen command"));
    clear_ = new QPushButton(tr("No key"));
    clear_->setObjectName(QStringLiteral("shortcutClear"));
    reset_ = new QPushButton(tr("Usual key"));
    reset_->setObjectName(QStringLiteral("shortcutReset"));
    auto* reset_all = new QPushButton(tr("Reset all"));
    reset_all->setObjectName(QStringLiteral("shortcutResetAll"));
    problem_ = new QLabel;
    problem_->setObjectName(QStringLiteral("shortcutProblem"));
    problem_->setProperty("role", "problem");
    problem_->setWordWrap(true);
    auto* row = new QHBoxLayout;
    row->setSpacing(kGrid);
    row->addWidget(keys_, 1);
    row->addWidget(clear_);
    row->addWidget(reset_);
    row->addWidget(reset_all);
    auto* layout = new QVBoxLayout(editor);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addLayout(row);
    layout->addWidget(problem_);
    connect(keys_, &QKeySequenceEdit::editingFinished, this, &ShortcutsPage::tryKeys);
    connect(clear_, &QPushButton::clicked, this, [this] { actions_.setKeys(chosen(), {}); });
    connect(reset_, &QPushButton::clicked, this, [this] { actions_.resetKeys(chosen()); });
    connect(reset_all, &QPushButton::clicked, &actions_, &Actions::resetAll);
    connect(list_, &QTreeWidget::currentItemChanged, this, &ShortcutsPage::showChosen);
    return editor;
}

void ShortcutsPage::fill() {
    const QString before = chosen(), wanted = search_->text().trimmed();
    const QSignalBlocker quiet(list_);
    list_->clear();
    for (const ActionPlace place : {ActionPlace::kWindow, ActionPlace::kStage, ActionPlace::kList}) {
        auto* group = new QTreeWidgetItem({placeName(place)});
        group->setFlags(Qt::ItemIsEnabled);
        group->setFirstColumnSpanned(true);
        for (const QString& id : actions_.ids()) {
            if (actions_.placeOf(id) != place) continue;
            const QString text = actions_.textOf(id), keys = keysText(*actions_.find(id));
            if (!text.contains(wanted, Qt::CaseInsensitive) && !keys.contains(wanted, Qt::CaseInsensitive)) continue;
            // A changed key is told by words, not by a colour.
            auto* item =
                new QTreeWidgetItem(group, {text, actions_.isChanged(id) ? tr("%1   (changed)").arg(keys) : keys});
            item->setData(0, kIdRole, id);
            item->setToolTip(0, actions_.helpOf(id));
            if (id == before) list_->setCurrentItem(item);
        }
        if (group->childCount() == 0)
            delete group;
        else
            list_->addTopLevelItem(group);
    }
    list_->expandAll();
    for (QTreeWidgetItemIterator it(list_); *it; ++it)
        if ((*it)->data(0, kIdRole).toString() == before && !before.isEmpty()) list_->setCurrentItem(*it);
    if (keys_) showChosen();
}

QString ShortcutsPage::chosen() const {
    const QTreeWidgetItem* item = list_->currentItem();
    return item ? item->data(0, kIdRole).toString() : QString();
}

void ShortcutsPage::showChosen() {
    const QString id = chosen();
    const QAction* action = actions_.find(id);
    const QSignalBlocker quiet(keys_);
    keys_->setKeySequence(action ? action->shortcut() : QKeySequence());
    keys_->setEnabled(action);
    clear_->setEnabled(action && !action->shortcuts().isEmpty());
    reset_->setEnabled(action && actions_.isChanged(id));
    problem_->clear();
}

void ShortcutsPage::tryKeys() {
    const QString id = chosen();
    if (id.isEmpty() || keys_->keySequence().isEmpty()) return;
    const QList<QKeySequence> keys{keys_->keySequence()};
    const QAction* action = actions_.find(id);
    if (!action || action->shortcuts().contains(keys.constFirst())) return;
    const QString problem = actions_.problemWith(id, keys);
    if (problem.isEmpty()) {
        actions_.setKeys(id, keys);
    } else {
        showChosen();
        problem_->setText(problem);
    }
}

void ShortcutsPage::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) fill();
    QWidget::changeEvent(event);
}

ShortcutsDialog::ShortcutsDialog(Actions& actions, QWidget* parent) : QDialog(parent) {
    setObjectName(QStringLiteral("shortcutsDialog"));
    setWindowTitle(tr("Shortcuts"));
    setAttribute(Qt::WA_DeleteOnClose);
    resize(560, 600);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::close);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(2 * kGrid, 2 * kGrid, 2 * kGrid, 2 * kGrid);
    layout->addWidget(new ShortcutsPage(actions, false));
    layout->addWidget(buttons);
}

}  // namespace studio::ui

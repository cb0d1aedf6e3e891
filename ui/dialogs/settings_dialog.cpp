#include "ui/dialogs/settings_dialog.h"

#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QMessageBox>
#include <QPushButton>
#include <QScrollArea>
#include <QShortcut>
#include <QVBoxLayout>

#include "ui/dialogs/shortcuts_dialog.h"
#include "ui/theme/theme.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {
constexpr int kPagesWidth = 200;

QWidget* scrolled(QWidget* content) {
    auto* area = new QScrollArea;
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setWidget(content);
    return area;
}
}  // namespace

SettingsDialog::SettingsDialog(PreferencesStore& preferences, Actions* actions, QWidget* folders, QWidget* parent)
    : QDialog(parent), preferences_(preferences) {
    setObjectName(QStringLiteral("settingsDialog"));
    setWindowTitle(tr("Settings"));
    setAttribute(Qt::WA_DeleteOnClose);
    resize(900, 620);
    search_ = new QLineEdit;
    search_->setObjectName(QStringLiteral("settingsSearch"));
    search_->setPlaceholderText(tr("Search settings"));
    search_->setAccessibleName(tr("Search settings"));
    search_->setClearButtonEnabled(true);
    pages_ = new QListWidget;
    pages_->setObjectName(QStringLiteral("settingsPages"));
    pages_->setAccessibleName(tr("Pages of the settings"));
    pages_->setFixedWidth(kPagesWidth);
    stack_ = new QStackedWidget;
    addPage(QStringLiteral("general"), tr("General"), makeRows(QStringLiteral("general")));
    if (folders) addPage(QStringLiteral("folders"), tr("Folders"), scrolled(folders));
    addPage(QStringLiteral("downloads"), tr("Downloads and network"), makeRows(QStringLiteral("downloads")));
    addPage(QStringLiteral("performance"), tr("Performance"), makeRows(QStringLiteral("performance")));
    addPage(QStringLiteral("output"), tr("Videos"), makeRows(QStringLiteral("output")));
    addPage(QStringLiteral("notifications"), tr("Notices"), makeRows(QStringLiteral("notifications")));
    if (actions) addPage(QStringLiteral("shortcuts"), tr("Shortcuts"), new ShortcutsPage(*actions, true));
    found_ = makeRows({});
    stack_->addWidget(found_);
    auto* reset = new QPushButton(tr("Reset everything…"));
    reset->setObjectName(QStringLiteral("settingsResetAll"));
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    buttons->addButton(reset, QDialogButtonBox::ResetRole);
    auto* left = new QVBoxLayout;
    left->addWidget(search_);
    left->addWidget(pages_, 1);
    search_->setFixedWidth(kPagesWidth);
    auto* middle = new QHBoxLayout;
    middle->setSpacing(3 * kGrid);
    middle->addLayout(left);
    middle->addWidget(stack_, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(kGrid);
    layout->addLayout(middle, 1);
    layout->addWidget(buttons);
    connect(pages_, &QListWidget::currentRowChanged, this, [this](int row) {
        if (row >= 0) search_->clear();
        if (row >= 0) stack_->setCurrentIndex(row);
    });
    connect(search_, &QLineEdit::textChanged, this, &SettingsDialog::search);
    connect(reset, &QPushButton::clicked, this, &SettingsDialog::resetAll);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* find = new QShortcut(QKeySequence::Find, this);
    connect(find, &QShortcut::activated, search_, qOverload<>(&QWidget::setFocus));
    pages_->setCurrentRow(0);
    pages_->setFocus();
}

void SettingsDialog::addPage(const QString& group, const QString& title, QWidget* page) {
    auto* entry = new QListWidgetItem(title, pages_);
    entry->setData(Qt::UserRole, group);
    page->setAccessibleName(title);
    stack_->addWidget(page);
}

/// The rows of a group; an empty group: all rows, for the search, with the page's name nowhere needed.
QWidget* SettingsDialog::makeRows(const QString& group) {
    auto* content = new QWidget;
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(0, 0, 2 * kGrid, 0);
    layout->setSpacing(0);
    for (const Preference& preference : preferences_table()) {
        const std::string_view name = preference.group();
        if (preference.is_hidden || (!group.isEmpty() && group.toStdString() != name)) continue;
        auto* row = new PreferenceRow(preference, preferences_);
        if (group.isEmpty()) {  // a second face of the same setting needs names of its own
            for (QWidget* part : row->findChildren<QWidget*>())
                if (!part->objectName().isEmpty()) part->setObjectName(QStringLiteral("found:") + part->objectName());
            row->setObjectName(QStringLiteral("found:") + row->objectName());
        }
        (group.isEmpty() ? found_rows_ : rows_).push_back(row);
        layout->addWidget(row);
    }
    if (group.isEmpty()) {
        nothing_found_ = new QLabel(tr("No setting has these words."));
        nothing_found_->setObjectName(QStringLiteral("settingsNothingFound"));
        nothing_found_->setProperty("role", "hint");
        layout->addWidget(nothing_found_);
    }
    layout->addStretch();
    return scrolled(content);
}

void SettingsDialog::showPage(const QString& group) {
    for (int i = 0; i < pages_->count(); ++i)
        if (pages_->item(i)->data(Qt::UserRole).toString() == group) pages_->setCurrentRow(i);
}

void SettingsDialog::search(const QString& words) {
    const QStringList wanted = words.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    if (wanted.isEmpty()) {
        if (pages_->currentRow() < 0) pages_->setCurrentRow(0);
        return stack_->setCurrentIndex(pages_->currentRow());
    }
    bool is_any = false;
    for (PreferenceRow* row : found_rows_) {
        row->setVisible(row->matches(wanted));
        is_any = is_any || row->matches(wanted);
    }
    nothing_found_->setVisible(!is_any);
    pages_->setCurrentRow(-1);
    stack_->setCurrentWidget(found_);
}

void SettingsDialog::resetAll() {
    auto* question = new QMessageBox(QMessageBox::NoIcon, tr("Reset everything?"),
                                     tr("Every setting goes back to its default, shortcuts too. Models, videos and "
                                        "folders stay as they are."),
                                     QMessageBox::NoButton, this);
    question->setObjectName(QStringLiteral("resetQuestion"));
    question->setAttribute(Qt::WA_DeleteOnClose);
    QPushButton* yes = question->addButton(tr("Reset"), QMessageBox::DestructiveRole);
    QPushButton* no = question->addButton(tr("Keep"), QMessageBox::RejectRole);
    question->setDefaultButton(no);
    question->setEscapeButton(no);
    connect(yes, &QPushButton::clicked, this, [this] {
        const auto done = preferences_.resetAll();
        if (!done.ok()) nothing_found_->setText(fromUtf8(done.error().message));
    });
    question->open();
}

}  // namespace studio::ui

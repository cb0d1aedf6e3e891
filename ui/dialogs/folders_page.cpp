#include "ui/dialogs/folders_page.h"

#include <QDesktopServices>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QMessageBox>
#include <QUrl>
#include <QVBoxLayout>

#include "core/text.h"
#include "ui/theme/theme.h"
#include "ui/wording.h"

namespace studio::ui {

FoldersPage::FoldersPage(const FolderCalls& folders, QWidget* parent) : QWidget(parent), folders_(folders) {
    setObjectName(QStringLiteral("foldersPage"));
    root_ = new QLabel(rootText());
    root_->setObjectName(QStringLiteral("foldersRoot"));
    root_->setTextFormat(Qt::PlainText);
    root_->setWordWrap(true);
    list_ = new QTreeWidget;
    list_->setObjectName(QStringLiteral("foldersList"));
    list_->setAccessibleName(tr("Folders of the program"));
    list_->setHeaderLabels({tr("What"), tr("Size"), tr("Free on its disk"), tr("Folder")});
    list_->setRootIsDecorated(false);
    said_ = new QLabel;
    said_->setObjectName(QStringLiteral("foldersSaid"));
    said_->setProperty("role", "problem");
    said_->setTextFormat(Qt::PlainText);
    said_->setWordWrap(true);
    said_->hide();
    open_ = new QPushButton(tr("Show in the file manager"));
    open_->setObjectName(QStringLiteral("foldersOpen"));
    open_->setEnabled(false);
    move_ = new QPushButton(tr("Move everything…"));
    move_->setObjectName(QStringLiteral("foldersMove"));
    move_->setToolTip(tr("Models, queue, history, settings and log go to another folder together; videos stay."));
    auto* row = new QHBoxLayout;
    row->setSpacing(kGrid);
    row->addWidget(move_);
    row->addWidget(open_);
    row->addStretch();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    layout->addWidget(root_);
    layout->addWidget(list_, 1);
    layout->addWidget(said_);
    layout->addLayout(row);
    connect(move_, &QPushButton::clicked, this, &FoldersPage::chooseFolder);
    connect(open_, &QPushButton::clicked, this, &FoldersPage::openChosen);
    connect(list_, &QTreeWidget::itemSelectionChanged, this,
            [this] { open_->setEnabled(list_->currentItem() != nullptr); });
    setBusy(false);
    refresh();
}

FoldersPage::~FoldersPage() {
    stop_.request_stop();
}

QString FoldersPage::rootText() const {
    const QString root = fromUtf8(path_to_utf8(folders_.root.path));
    switch (folders_.root.source) {
        case DataRoot::Source::kSystem:
            return tr("The program keeps its files in the folders that the system has for them.");
        case DataRoot::Source::kChosen:
            return tr("The program keeps all its files in %1.").arg(root);
        case DataRoot::Source::kPortable:
            return tr("Portable: all files are beside the program, in %1.").arg(root);
        case DataRoot::Source::kEnvironment:
            return tr("STUDIO_HOME says that all files are in %1.").arg(root);
        case DataRoot::Source::kOption:
            return tr("Started with --data-root: all files are in %1.").arg(root);
    }
    return {};
}

QString FoldersPage::title(const std::string& key) {
    if (key == "models") return tr("Models");
    if (key == "queue") return tr("Queue and history");
    if (key == "settings") return tr("Settings");
    if (key == "state") return tr("Log and unfinished work");
    if (key == "videos") return tr("Videos");
    return tr("The program itself");
}

void FoldersPage::setBusy(bool is_busy) {
    is_busy_ = is_busy;
    move_->setEnabled(!is_busy && folders_.root.can_change() && folders_.schedule_move);
    if (is_busy) move_->setToolTip(tr("Nothing can be moved while a video is being made."));
    if (!folders_.root.can_change()) move_->setToolTip(rootText());
}

void FoldersPage::refresh() {
    if (!folders_.uses) return;
    background_.run(
        [uses = folders_.uses, stop = stop_.get_token()] {
            return guarded([&]() -> Result<std::vector<FolderUse>> { return uses(stop); });
        },
        [this](Result<std::vector<FolderUse>> uses) {
            if (uses.ok()) fill(*uses);
        });
}

void FoldersPage::fill(const std::vector<FolderUse>& uses) {
    list_->clear();
    for (const FolderUse& use : uses) {
        const QString path = fromUtf8(path_to_utf8(use.path));
        auto* row = new QTreeWidgetItem(
            {title(use.key), fromUtf8(format_bytes(use.bytes)), fromUtf8(format_bytes(use.free_bytes)), path});
        row->setToolTip(3, path.toHtmlEscaped());
        list_->addTopLevelItem(row);
    }
    for (int column = 0; column < list_->columnCount(); ++column)
        list_->resizeColumnToContents(column);
}

void FoldersPage::openChosen() {
    if (const QTreeWidgetItem* row = list_->currentItem()) QDesktopServices::openUrl(QUrl::fromLocalFile(row->text(3)));
}

void FoldersPage::chooseFolder() {
    auto* dialog = new QFileDialog(this, tr("Folder for everything"));
    dialog->setObjectName(QStringLiteral("moveFolderDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    connect(dialog, &QFileDialog::fileSelected, this, &FoldersPage::moveTo);
    dialog->open();
}

void FoldersPage::moveTo(const QString& folder) {
    if (is_busy_) return;
    said_->hide();
    move_->setEnabled(false);
    background_.run([check = folders_.check,
                     path = folder.toStdString()] { return guarded([&] { return check(path_from_utf8(path)); }); },
                    [this, folder](Result<RootCheck> check) {
                        setBusy(is_busy_);
                        if (check.ok()) return confirm(folder, *check);
                        said_->setText(fromUtf8(check.error().message + " " + check.error().fix));
                        said_->show();
                    });
}

void FoldersPage::confirm(const QString& folder, const RootCheck& check) {
    auto* question = new QMessageBox(
        QMessageBox::NoIcon, tr("Move everything?"),
        tr("%1 are moved to %2, where %3 are free. The program ends, moves with a progress bar, and opens again. You "
           "may cancel on the way; nothing is lost then.")
            .arg(fromUtf8(format_bytes(check.needed_bytes)), folder, fromUtf8(format_bytes(check.free_bytes))),
        QMessageBox::NoButton, this);
    question->setObjectName(QStringLiteral("moveQuestion"));
    question->setAttribute(Qt::WA_DeleteOnClose);
    question->setTextFormat(Qt::PlainText);
    QPushButton* yes = question->addButton(tr("Move and restart"), QMessageBox::AcceptRole);
    QPushButton* no = question->addButton(tr("Keep the folder"), QMessageBox::RejectRole);
    question->setDefaultButton(no);
    question->setEscapeButton(no);
    connect(yes, &QPushButton::clicked, this, [this, folder] {
        if (is_busy_) return;  // a video has begun meanwhile
        const auto scheduled = guarded([&] { return folders_.schedule_move(path_from_utf8(folder.toStdString())); });
        if (scheduled.ok()) {
            Q_EMIT restartWanted();
            return;
        }
        said_->setText(fromUtf8(scheduled.error().message + " " + scheduled.error().fix));
        said_->show();
    });
    question->open();
}

}  // namespace studio::ui

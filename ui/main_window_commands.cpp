// The commands of the window itself and its menu. Stage, create panel and lists register theirs beside their widgets.
#include <QApplication>
#include <QClipboard>
#include <QDialog>
#include <QFileInfo>
#include <QMenu>
#include <QMessageBox>
#include <QMimeData>
#include <QUrl>

#include "core/text.h"
#include "ui/dialogs/doctor_dialog.h"
#include "ui/dialogs/log_dialog.h"
#include "ui/dialogs/shortcuts_dialog.h"
#include "ui/housekeeping.h"
#include "ui/main_window.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {
constexpr qint64 kLongJobMs = 60'000;  // from here on a key alone does not throw the work away
}

void MainWindow::makeCommands() {
    using Place = ActionPlace;
    const auto add = [this](const char* id, const char* text, const char* help, const QList<QKeySequence>& keys,
                            std::function<void()> run) {
        actions_->add(Command{id, text, help, keys, Place::kWindow}, std::move(run));
    };
    add("create.generate", QT_TRANSLATE_NOOP("Actions", "Generate, or add to the queue"), "",
        {Qt::CTRL | Qt::Key_Return, Qt::CTRL | Qt::Key_Enter}, [this] { generate(); });
    add("create.generate_next", QT_TRANSLATE_NOOP("Actions", "Add to the front of the queue"),
        QT_TRANSLATE_NOOP("Actions", "It runs as soon as the running video is finished."),
        {Qt::CTRL | Qt::SHIFT | Qt::Key_Return, Qt::CTRL | Qt::SHIFT | Qt::Key_Enter}, [this] { generate(true); });
    add("create.sheet", QT_TRANSLATE_NOOP("Actions", "Contact sheet"),
        QT_TRANSLATE_NOOP("Actions", "Four to nine quick tries side by side; choose one and finish it in full."),
        {Qt::CTRL | Qt::Key_G}, [this] { makeSheet(); });
    add("job.cancel", QT_TRANSLATE_NOOP("Actions", "Cancel the running video"),
        QT_TRANSLATE_NOOP("Actions", "Asks first when it has been running for over a minute."),
        {Qt::CTRL | Qt::ALT | Qt::Key_Return, Qt::CTRL | Qt::ALT | Qt::Key_Enter, Qt::Key_Escape},
        [this] { cancelRunning(); });
    add("queue.pause", QT_TRANSLATE_NOOP("Actions", "Pause or resume the queue"),
        QT_TRANSLATE_NOOP("Actions", "The running video goes on to its end."), {Qt::CTRL | Qt::SHIFT | Qt::Key_P},
        [this] { session_.setPaused(!session_.isPaused()); });
    actions_->setEnabled(QStringLiteral("job.cancel"), false);
    add("file.open", QT_TRANSLATE_NOOP("Actions", "Open a video or recipe…"),
        QT_TRANSLATE_NOOP("Actions", "Its settings come back."), {Qt::CTRL | Qt::Key_O}, [this] { openRecipe(); });
    add("edit.paste", QT_TRANSLATE_NOOP("Actions", "Paste an image or a recipe"), "", {Qt::CTRL | Qt::Key_V},
        [this] { paste(); });
    makeDialogCommands();
    add("view.reset", QT_TRANSLATE_NOOP("Actions", "Reset the layout"),
        QT_TRANSLATE_NOOP("Actions", "All panels at their first places and sizes."), {}, [this] { resetLayout(); });
    add("app.about", QT_TRANSLATE_NOOP("Actions", "About Turbo Studio"), "", {}, [this] { showAbout(); });
    add("app.quit", QT_TRANSLATE_NOOP("Actions", "Quit"), QT_TRANSLATE_NOOP("Actions", "The queue is kept."),
        {Qt::CTRL | Qt::Key_Q}, [this] { close(); });
}

/// Windows of the window. Each is there once: asked for again, it comes to the front.
void MainWindow::makeDialogCommands() {
    const auto add = [this](const char* id, const char* text, const QList<QKeySequence>& keys,
                            std::function<QDialog*()> make) {
        actions_->add(Command{id, text, "", keys, ActionPlace::kWindow}, [this, id, make = std::move(make)] {
            QPointer<QDialog>& dialog = dialogs_[QString::fromLatin1(id)];
            if (!dialog) {
                dialog = make();
                dialog->setParent(this, Qt::Dialog);
            }
            dialog->show();
            dialog->raise();
            dialog->activateWindow();
        });
    };
    house_ = new Housekeeping(*this, session_, *preferences_, *actions_);  // view.models, view.settings, engine.*
    add("view.doctor", QT_TRANSLATE_NOOP("Actions", "Doctor…"), {},
        [this]() -> QDialog* { return new DoctorDialog(session_.backend(), this); });
    add("view.log", QT_TRANSLATE_NOOP("Actions", "Log…"), {Qt::CTRL | Qt::Key_QuoteLeft},
        [this]() -> QDialog* { return new LogDialog(fromUtf8(path_to_utf8(session_.backend().log_file)), this); });
    add("app.help", QT_TRANSLATE_NOOP("Actions", "Help: all shortcuts"), {Qt::Key_F1},
        [this]() -> QDialog* { return new ShortcutsDialog(*actions_, this); });
}

QMenu* MainWindow::makeMenu() {
    auto* menu = new QMenu(this);
    menu->setObjectName(QStringLiteral("mainMenu"));
    // Whoever adds a command for the menu puts its id here; ids that nobody has registered are left out.
    const QList<QStringList> groups = {
        {"create.sheet", "file.open"},
        {"view.models", "view.settings", "view.doctor", "view.log"},
        {"engine.free_memory", "engine.restart"},
        {"view.reset", "view.fullscreen"},
        {"app.help", "app.about", "app.quit"},
    };
    for (const QStringList& ids : groups) {
        if (!menu->isEmpty()) menu->addSeparator();
        for (const QString& id : ids)
            if (QAction* action = actions_->find(id)) menu->addAction(action);
    }
    return menu;
}

/// Cancel at once, or after a question when much work would be lost by a slip of a finger.
void MainWindow::cancelRunning() {
    if (!running_since_.isValid() || running_since_.elapsed() < kLongJobMs) return session_.cancel();
    auto* box =
        new QMessageBox(QMessageBox::NoIcon, tr("Cancel the video?"),
                        tr("This video has been running for over a minute. Cancel it?"), QMessageBox::NoButton, this);
    box->setObjectName(QStringLiteral("cancelQuestion"));
    box->setAttribute(Qt::WA_DeleteOnClose);
    QPushButton* yes = box->addButton(tr("Cancel the video"), QMessageBox::DestructiveRole);
    QPushButton* no = box->addButton(tr("Go on"), QMessageBox::RejectRole);
    box->setDefaultButton(no);
    box->setEscapeButton(no);
    connect(yes, &QPushButton::clicked, &session_, &Session::cancel);
    connect(&session_, &Session::stateChanged, box, [box](Session::State state) {
        if (state == Session::State::kIdle) box->close();  // it has ended by itself
    });
    box->open();
}

/// What is in the clipboard, unless a text has the focus (it pastes itself).
void MainWindow::paste() {
    const QMimeData* offered = QApplication::clipboard()->mimeData();
    if (offered) take(*offered);
}

}  // namespace studio::ui

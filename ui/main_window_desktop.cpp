// The window and its desktop: what is opened, dropped and pasted; closing; what is kept from one run to the next.
#include <QCloseEvent>
#include <QDragEnterEvent>
#include <QFileInfo>
#include <QImageReader>
#include <QMimeData>
#include <QMimeDatabase>
#include <QTimer>
#include <QUrl>
#include <QWindow>

#include "core/text.h"
#include "ui/desktop/presence.h"
#include "ui/desktop/quit_question.h"
#include "ui/main_window.h"
#include "ui/theme/motion.h"
#include "ui/theme/theme.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {
constexpr int kCreateWidth = 360, kJobsWidth = 272;

bool isRecipeName(const QString& file) {
    const QString suffix = QFileInfo(file).suffix().toLower();
    return suffix == QLatin1String("mp4") || suffix == QLatin1String("json");
}
}  // namespace

void MainWindow::connectDesktop() {
    actions_->useStore({.load = [this](const QString& id) -> std::optional<QString> {
                            const QByteArray key = "shortcuts." + id.toUtf8();
                            const QString keys = preferences_->text(key.constData());
                            if (keys.isEmpty()) return std::nullopt;
                            return keys == QLatin1String("none") ? QString() : keys;
                        },
                        .save =
                            [this](const QString& id, const std::optional<QString>& keys) {
                                const QString key = QStringLiteral("shortcuts.") + id;
                                const auto kept = !keys             ? preferences_->reset(key)
                                                  : keys->isEmpty() ? preferences_->set(key, QStringLiteral("none"))
                                                                    : preferences_->set(key, *keys);
                                if (!kept.ok()) error_->showError(kept.error().code, session_.explain(kept.error()));
                            }});
    actions_->addPlace(ActionPlace::kStage, stage_);
    actions_->addPlace(ActionPlace::kList, jobs_);
    const auto obey_motion = [this] {
        const QString wish = preferences_->text("general.reduced_motion");
        Motion::instance().setWish(wish == QLatin1String("on")    ? Motion::Wish::kReduced
                                   : wish == QLatin1String("off") ? Motion::Wish::kFull
                                                                  : Motion::Wish::kSystem);
    };
    obey_motion();
    Motion::instance().followSystem();
    connect(preferences_, &PreferencesStore::changed, this, [obey_motion](const QString& key) {
        if (key == QLatin1String("general.reduced_motion")) obey_motion();
    });
    presence_ = new Presence(session_, *preferences_, this);
    connect(presence_, &Presence::wanted, this, &MainWindow::bringToFront);
    connect(&session_, &Session::stateChanged, this, [this](Session::State state) {
        if (state != Session::State::kIdle) return;
        QTimer::singleShot(0, this, [this] {  // after the end of the job has been told to everybody
            if (!ends_after_job_ || session_.isStopped()) return;
            presence_->tellNow();
            stopEngine();
        });
    });
}

/// A video or recipe brings its settings back; a picture becomes the one to start from.
void MainWindow::openFile(const QString& path) {
    if (isRecipeName(path)) return session_.readRecipe(path);
    QMimeData picture;
    picture.setUrls({QUrl::fromLocalFile(path)});
    take(picture);
}

void MainWindow::open(const Opening& opening) {
    if (!opening.output.isEmpty()) options_.output = opening.output.toStdString();
    if (!opening.model.isEmpty()) top_bar_->chooseModel(opening.model.toStdString(), false);
    if (!opening.prompt.isEmpty()) create_->setPrompt(opening.prompt);
    // One set of settings can be shown: that of the first recipe. Pictures are taken one after the other.
    bool has_recipe = false;
    int left_out = 0;
    for (const QString& file : opening.files) {
        if (isRecipeName(file) && has_recipe)
            ++left_out;
        else
            openFile(file);
        has_recipe = has_recipe || isRecipeName(file);
    }
    if (left_out > 0)
        create_->setNotice(
            tr("The settings of the first file are shown; %n more file(s) were left out.", nullptr, left_out));
    if (opening.generate_at_once) generate();
}

void MainWindow::bringToFront(const QString& token) {
    if (!token.isEmpty()) qputenv("XDG_ACTIVATION_TOKEN", token.toUtf8());  // Qt's Wayland part reads it from here
    ends_after_job_ = false;
    setWindowState(windowState() & ~Qt::WindowMinimized);
    show();
    raise();
    activateWindow();
    qunsetenv("XDG_ACTIVATION_TOKEN");
}

bool MainWindow::take(const QMimeData& offered) {
    const QList<QUrl> urls = offered.urls();
    const QString file = urls.isEmpty() || !urls.first().host().isEmpty() ? QString() : urls.first().toLocalFile();
    if (isRecipeName(file)) return session_.readRecipe(file), true;
    if (!ImageWell::accepts(&offered)) return false;
    if (on_create_->takeImage(&offered)) return true;
    create_->setNotice(
        tr("The chosen model makes videos from text alone; choose an image-to-video model for pictures."));
    return false;
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (ImageWell::accepts(event->mimeData())) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    event->acceptProposedAction();
    take(*event->mimeData());
}

void MainWindow::closeEvent(QCloseEvent* event) {
    if (session_.isStopped()) {
        event->accept();
        return;
    }
    event->ignore();
    if (stopping_cover_->isVisible()) {
        hide();  // asked twice: out of the way, the engine ends by itself
        return;
    }
    if (session_.isBusy() && !ends_after_job_) return askBeforeClosing();
    stopEngine();
}

void MainWindow::askBeforeClosing() {
    if (findChild<QuitQuestion*>()) return;  // asked already
    auto* question = new QuitQuestion(session_, this);
    connect(question, &QuitQuestion::quitWanted, this, &MainWindow::stopEngine);
    connect(question, &QuitQuestion::backgroundWanted, this, &MainWindow::finishInBackground);
    question->open();
}

void MainWindow::finishInBackground() {
    if (!session_.isBusy()) return stopEngine();  // it ended while the person read the question
    if (window_state_) window_state_->save();
    if (draft_keeper_) draft_keeper_->flush();
    ends_after_job_ = true;
    for (const QPointer<QDialog>& dialog : dialogs_)
        if (dialog) dialog->close();
    hide();
}

void MainWindow::stopEngine() {
    if (window_state_) window_state_->save();
    if (draft_keeper_) draft_keeper_->flush();
    stopping_cover_->setGeometry(rect());
    stopping_cover_->show();
    stopping_cover_->raise();
    Q_EMIT closing();
    session_.stop();
}

void MainWindow::endSession() {
    if (session_.isStopped() || stopping_cover_->isVisible()) return;
    if (auto* question = findChild<QuitQuestion*>()) question->close();
    stopEngine();
}

void MainWindow::resetLayout() {
    if (window_state_)
        window_state_->reset();
    else
        panels_->setSizes({kCreateWidth, sizeHint().width() - kCreateWidth - kJobsWidth, kJobsWidth});
}

/// Places, sizes and the draft come back, and are kept from now on.
void MainWindow::keepState() {
    if (options_.state_folder.empty()) return;
    const auto file = [this](const char* name) { return options_.state_folder / name; };
    window_state_ = std::make_unique<WindowState>(*this, fromUtf8(path_to_utf8(file("window.ini"))));
    window_state_->keep(panels_);
    window_state_->keep(jobs_);
    if (auto* advanced = findChild<QAbstractButton*>(QStringLiteral("advancedButton"))) window_state_->keep(advanced);
    window_state_->restore();
    draft_keeper_ = std::make_unique<DraftKeeper>(file("draft.json"), [this] { return draft(); });
    restoreDraft();
    draft_keeper_->start();
}

QByteArray MainWindow::draft() {
    Draft draft{create_->promptText(), top_bar_->modelPath(), top_bar_->mode() == CreateMode::kImage, {}};
    if (auto request = create_->request(); request.ok()) draft.request = *request;
    return writeDraft(draft);
}

void MainWindow::restoreDraft() {
    if (!options_.prompt.isEmpty() || !options_.files.isEmpty()) return;  // this start asks for something else
    const std::optional<Draft> draft = draft_keeper_->load();
    if (!draft) return;
    create_->setPrompt(draft->prompt);
    draft_ = draft;  // the rest of it when models are listed
}

/// Models are listed for the first time: what the draft says beside its words, unless these were changed meanwhile.
void MainWindow::restoreDraftSettings() {
    if (!draft_) return;
    const Draft draft = *std::exchange(draft_, std::nullopt);
    if (options_.model.empty()) top_bar_->chooseModel(draft.model, draft.has_image_mode);
    if (!draft.request || create_->promptText() != draft.prompt) return;
    create_->setValues(*draft.request);
    create_->setPrompt(draft.prompt);  // as typed: a request has it without the spaces around it
}

void MainWindow::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    stopping_cover_->setGeometry(rect());
}

}  // namespace studio::ui

#include "ui/main_window.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QMessageBox>
#include <QMimeData>
#include <QUrl>
#include <limits>

#include "app/preferred_request.h"
#include "core/text.h"
#include "core/version.h"
#include "ui/dialogs/export_dialog.h"
#include "ui/dialogs/missing_box.h"
#include "ui/theme/theme.h"
#include "ui/wording.h"

namespace studio::ui {

void MainWindow::start() {
    session_.start();
    on_create_->start();
    open({options_.files, {}, {}, {}, options_.generate_at_once, {}});
}

void MainWindow::connectSession() {
    connect(&session_, &Session::stateChanged, this, &MainWindow::onState);
    connect(&session_, &Session::modelsListed, this, &MainWindow::onModels);
    connect(&session_, &Session::engineStateChanged, this,
            [this](EngineStateChanged::State state, const QString& detail) {
                engine_text_->setText(Wording::engineState(state));
                engine_text_->setToolTip(detail.toHtmlEscaped());
            });
    connect(&session_, &Session::jobFinished, this, [this](const JobFinished& event) {
        last_text_->setText(tr("Last video: %1").arg(Wording::duration(event.result.total_s)));
    });
    connect(&session_, &Session::jobFailed, this, &MainWindow::onFailed);
    connect(&session_, &Session::recipeReady, this, [this](const GenerationRequest& request, const QString& path) {
        reuse(request);
        create_->setNotice(tr("Settings of %1").arg(QFileInfo(path).fileName()));
    });
    connect(&session_, &Session::recipeIncomplete, this,
            [this](const std::vector<MissingPart>& parts, const QString& path) {
                auto* box = new MissingBox(parts, QFileInfo(path).fileName(), this);
                connect(box, &MissingBox::modelsWanted, this, [this] {
                    if (QAction* models = actions_->find(QStringLiteral("view.models"))) models->trigger();
                });
                box->open();
            });
    connect(&session_, &Session::recipeFailed, this, [this](const Error& error) {
        error_->showError(error.code, session_.explain(error));
        Q_EMIT failed(error);
    });
    connect(&session_, &Session::recovered, this, &MainWindow::onRecovered);
    connect(&session_, &Session::queueTrouble, this, [this](const Error& error) {
        error_->showError(error.code, session_.explain(error));
        Q_EMIT failed(error);
    });
    connect(&session_, &Session::stopped, this, [this] {
        hide();
        Q_EMIT closed();
    });
}

void MainWindow::connectStage() {
    connect(create_, &PromptPanel::generateRequested, this, [this] { generate(); });
    connect(create_, &PromptPanel::cancelRequested, &session_, &Session::cancel);
    connect(&stage_->empty(), &EmptyStage::exampleChosen, this, [this](const QString& prompt) {
        create_->setPrompt(prompt);
        generate();
    });
    connectResults();
    connect(on_stage_, &StageController::noticesTold, create_, &PromptPanel::setNotice);
    connect(on_stage_, &StageController::jobAwaited, &history_->list(), &QAbstractItemView::clearSelection);
    connect(on_stage_, &StageController::resultPlaying, this, [this](quint64 job) {
        if (const auto row = session_.history().rowOf(job))
            history_->list().setCurrentIndex(session_.history().index(*row));
        Q_EMIT resultPlaying();
    });
    connect(on_stage_, &StageController::clipFailed, this, [this](const Error& error) {
        error_->showError(error.code, session_.explain(error));
        Q_EMIT failed(error);
    });
    connect(top_bar_, &TopBar::modelChanged, this, &MainWindow::onModel);
    connect(house_, &Housekeeping::modelMissingChanged, create_, &PromptPanel::setModelMissing);
}

void MainWindow::connectResults() {
    ResultActions& results = on_stage_->actions();
    history_->setActions(results);
    connect(history_, &HistoryPanel::sheetWanted, sheet_, &SheetController::open);
    connect(sheet_, &SheetController::finishing, this,
            [this](qint64 seed) { create_->setNotice(tr("Seed %1 is queued with the full settings.").arg(seed)); });
    results.setTarget([this] {
        return history_->list().hasFocus() ? history_->selected() : on_stage_->shownJobs();
    });
    connect(&results, &ResultActions::reuseWanted, this, &MainWindow::reuse);
    connect(&results, &ResultActions::exportWanted, this, [this, &results](const QStringList& videos) {
        const auto memory = options_.state_folder.empty() ? options_.state_folder : options_.state_folder / "export.ini";
        auto* dialog = new ExportDialog(session_.backend().exports, videos, fromUtf8(path_to_utf8(memory)), this);
        connect(dialog, &ExportDialog::told, &results, &ResultActions::told);
        connect(dialog, &ExportDialog::failed, &results, &ResultActions::failed);
        dialog->show();
    });
    connect(&results, &ResultActions::failed, this, [this](const Error& error) {
        error_->showError(error.code, session_.explain(error));
        Q_EMIT failed(error);
    });
    connect(&results, &ResultActions::startImageWanted, this, [this](const QString& picture) {
        if (!top_bar_->chooseMode(CreateMode::kImage)) return;  // it has said why not
        QMimeData offered;
        offered.setUrls({QUrl::fromLocalFile(picture)});
        if (!create_->takeImage(&offered)) create_->setNotice(tr("The chosen model takes no start image."));
    });
}

void MainWindow::connectJobs() {
    connect(history_, &HistoryPanel::chosen, on_stage_, &StageController::choose);
    connect(queue_, &QueuePanel::runningChosen, on_stage_, &StageController::follow);
    connect(queue_, &QueuePanel::editWanted, this, &MainWindow::beginEditing);
    connect(&session_, &Session::queueChanged, this, &MainWindow::showQueueCount);
    connect(&session_, &Session::jobStored, this, [this] { jobs_->setCurrentWidget(queue_); });
}

void MainWindow::showQueueCount() {
    const int waiting = session_.queue().waitingCount();
    jobs_->setTabText(jobs_->indexOf(queue_), waiting > 0 ? tr("Queue (%1)").arg(waiting) : tr("Queue"));
    if (edited_ && !session_.queue().rowOf(*edited_)) finishEditing();
}

/// What the panel asks for, with model and output.
Result<GenerationRequest> MainWindow::wantedRequest() {
    STUDIO_TRY(request, create_->request());
    request.output = options_.output.empty() ? preferences_->values().text("output.folder") : options_.output;
    if (request.output.empty()) request.output = options_.default_output;
    use_preferences(request, preferences_->values());
    request.model = top_bar_->modelPath();
    return request;
}

void MainWindow::generate(bool is_first) {
    if (session_.state() == Session::State::kSubmitting) return;  // a double click asks for one video
    if (house_->fetchBefore([this, is_first] { generate(is_first); })) return;
    const auto request = wantedRequest();
    if (!request.ok()) {
        create_->showProblem(request.error());
        Q_EMIT failed(request.error());
        return;
    }
    error_->hide();
    create_->setNotice({});
    if (edited_) {
        session_.change(*edited_, *request);
        return finishEditing();
    }
    if (!session_.isBusy() && !session_.isPaused()) on_stage_->expect(*request);
    const int count = create_->variations();
    for (int i = 0; i < count; ++i) {
        GenerationRequest one = *request;
        if (one.seed >= 0 && i > 0)
            one.seed = one.seed < std::numeric_limits<std::int64_t>::max() - i ? one.seed + i : i;
        session_.submit(one, is_first);
    }
}

/// Several quick tries of what the panel asks for, side by side.
void MainWindow::makeSheet() {
    const auto request = wantedRequest();
    if (!request.ok()) {
        create_->showProblem(request.error());
        Q_EMIT failed(request.error());
        return;
    }
    error_->hide();
    const ModelInfo* model = top_bar_->model();
    sheet_->begin(*request, model ? *model : ModelInfo{}, create_->variations());
}

void MainWindow::beginEditing(const store::JobRecord& job) {
    const auto request = GenerationRequest::from_json(job.draft.request);
    if (!request.ok()) return;
    reuse(*request);
    edited_ = JobId(job.id);
    create_->setEditing(true);
}

void MainWindow::finishEditing() {
    edited_.reset();
    create_->setEditing(false);
}

void MainWindow::onRecovered(const store::Recovery& recovery) {
    QStringList said;
    if (!recovery.interrupted.empty())
        said << tr("The last run ended while a video was being made. It waits first in the queue, which is paused.");
    if (!recovery.completed.empty()) said << tr("A video was finished just before the end; it is in the history.");
    if (!recovery.given_up.empty())
        said << tr("A job ended the program twice and was given up; the history says in which stage.");
    if (!recovery.set_aside.empty())
        said << tr("The list of jobs was damaged and has been rebuilt: %n job(s) were found.", nullptr,
                   recovery.rebuilt);
    if (recovery.is_crash_loop) said << tr("The program ended three times within ten minutes. The queue is paused.");
    error_->showNote(tr("After the last run"), said.join(QLatin1Char(' ')));
    jobs_->setCurrentWidget(recovery.interrupted.empty() ? static_cast<QWidget*>(history_) : queue_);
}

void MainWindow::onState(Session::State state) {
    create_->setState(state);
    const bool can_cancel = state == Session::State::kSubmitting || state == Session::State::kRunning;
    actions_->setEnabled(QStringLiteral("job.cancel"), can_cancel);
    if (!can_cancel)
        running_since_.invalidate();
    else if (!running_since_.isValid())
        running_since_.start();
}

void MainWindow::onModels(const std::vector<ModelInfo>& models) {
    top_bar_->setModels(models, options_.model);
    restoreDraftSettings();
    if (models.empty() && options_.model.empty())
        stage_->empty().setMessage(
            tr("No model was found"),
            tr("Start the program with --model and the folder of a Wan model, or set STUDIO_MODELS "
               "to a folder with models in it."));
}

void MainWindow::onModel(const ModelInfo& model) {
    QStringList examples;
    for (const std::string& example : model.example_prompts)
        examples << fromUtf8(example);
    stage_->empty().setExamples(examples);
}

void MainWindow::onFailed(const Error& error, const QString& latents_path) {
    if (error.field == "prompt") create_->focusPrompt();
    const QString kept =
        latents_path.isEmpty() ? QString() : tr("The finished latents were kept: %1").arg(latents_path);
    error_->showError(error.code, session_.explain(error), kept);
    Q_EMIT failed(error);
}

void MainWindow::reuse(const GenerationRequest& request) {
    top_bar_->chooseModel(request.model, !request.image.empty());
    create_->setValues(request);
}

void MainWindow::openRecipe() {
    auto* dialog = new QFileDialog(this, tr("Open a video or recipe"), {}, tr("Videos and recipes (*.mp4 *.json)"));
    dialog->setObjectName(QStringLiteral("recipeDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, &session_, &Session::readRecipe);
    dialog->open();
}

void MainWindow::showAbout() {
    auto* box = new QMessageBox(QMessageBox::NoIcon, tr("About Turbo Studio"),
                                tr("Turbo Studio %1").arg(QLatin1String(kVersion)), QMessageBox::Close, this);
    box->setObjectName(QStringLiteral("aboutBox"));
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setInformativeText(
        tr("Makes videos from words and pictures on this computer. Nothing is sent anywhere.\n"
           "Built on LibTorch, Qt and FFmpeg; NOTICE.md names everything."));
    box->open();
}

}  // namespace studio::ui

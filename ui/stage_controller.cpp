#include "ui/stage_controller.h"

#include <QDesktopServices>
#include <QFileInfo>
#include <QUrl>

#include "ui/wording.h"

namespace studio::ui {

StageController::StageController(Session& session, StageView& stage, ProgressPanel& progress, QObject* parent)
    : QObject(parent), session_(session), stage_(stage), progress_(progress) {
    connectSession();
    connect(&stage_, &StageView::reuseRequested, this, &StageController::reuseSettings);
    connect(&stage_, &StageView::folderRequested, this, &StageController::showFolder);
}

void StageController::connectSession() {
    connect(&session_, &Session::stateChanged, this, &StageController::onState);
    connect(&session_, &Session::jobStarted, this, &StageController::onStarted);
    connect(&session_, &Session::progressed, this, [this](const StageProgress& event) {
        if (session_.state() != Session::State::kCancelling) progress_.setProgress(event);
    });
    connect(&session_, &Session::previewed, this, &StageController::onPreview);
    connect(&session_, &Session::jobFinished, this, [this](const JobFinished& event) {
        if (is_following_) shown_ = event.id;
    });
    connect(&session_, &Session::jobFailed, this, &StageController::restore);
    connect(&session_, &Session::jobCancelled, this, &StageController::restore);
    connect(&session_, &Session::clipReady, this, &StageController::onClip);
    connect(&session_, &Session::clipFailed, this, &StageController::onClipFailed);
}

void StageController::expect(const GenerationRequest& request) {
    is_following_ = true;
    last_preview_.reset();
    steps_ = request.steps.value_or(0);
    job_size_ = QSize(request.width.value_or(16), request.height.value_or(9));
}

void StageController::choose(quint64 job) {
    is_following_ = false;
    shown_ = job;
    session_.loadClip(job);
}

void StageController::follow() {
    is_following_ = true;
    stage_.showWaiting(job_size_);
    if (last_preview_) showLastPreview();
}

const store::JobRecord* StageController::shownJob() const {
    const auto row = shown_ ? session_.history().rowOf(*shown_) : std::nullopt;
    return row ? session_.history().at(*row) : nullptr;
}

void StageController::reuseSettings() {
    const store::JobRecord* job = shownJob();
    if (!job) return;
    const auto made = job->result.is_object() ? job->result.find("settings") : job->result.end();
    const auto request = GenerationRequest::from_json(made != job->result.end() ? *made : job->draft.request);
    if (request.ok()) Q_EMIT reuseWanted(*request);
}

void StageController::showFolder() {
    const store::JobRecord* job = shownJob();
    if (!job) return;
    QDesktopServices::openUrl(QUrl::fromLocalFile(QFileInfo(fromUtf8(job->output_path)).absolutePath()));
}

void StageController::onState(Session::State state) {
    switch (state) {
        case Session::State::kIdle:
            progress_.end();
            break;
        case Session::State::kSubmitting:
            progress_.begin();
            stage_.showWaiting(job_size_);
            Q_EMIT jobAwaited();
            break;
        case Session::State::kRunning:
            is_following_ = is_following_ || !shown_;
            break;
        case Session::State::kCancelling:
            progress_.setCancelling();
            break;
    }
}

void StageController::onStarted(const JobStarted& event) {
    const ResolvedRequest& plan = event.resolved;
    steps_ = plan.steps;
    progress_.setPlan(plan);
    if (is_following_ && stage_.isShowingPreview() && stage_.player().frameCount() == 0)
        stage_.showWaiting(QSize(plan.width, plan.height));
    QStringList notices;
    for (const std::string& notice : plan.notices)
        notices << fromUtf8(notice);
    Q_EMIT noticesTold(notices.join(QLatin1Char('\n')));
}

void StageController::onPreview(quint64, int step, const FilmStripPtr& pictures) {
    last_preview_ = pictures;
    preview_step_ = step;
    if (is_following_) showLastPreview();
}

void StageController::showLastPreview() {
    const QString badge = steps_ > 0 ? tr("Preview  ·  step %1 of %2").arg(preview_step_).arg(steps_) : tr("Preview");
    stage_.showPreview(last_preview_, badge);
}

void StageController::onClip(quint64 job, const FilmStripPtr& clip) {
    if (shown_ != job) return;
    const store::JobRecord* made = shownJob();
    stage_.showClip(clip, made ? fromUtf8(made->draft.prompt) : QString());
    Q_EMIT resultPlaying(job);
}

void StageController::onClipFailed(quint64 job, const Error& error) {
    if (shown_ != job) return;
    shown_.reset();
    restore();
    Q_EMIT clipFailed(error);
}

void StageController::restore() {
    if (!stage_.isShowingPreview()) return;
    if (shownJob())
        session_.loadClip(*shown_);
    else
        stage_.showEmpty();
}

}  // namespace studio::ui

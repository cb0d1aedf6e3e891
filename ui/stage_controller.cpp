#include "ui/stage_controller.h"

#include "ui/wording.h"

namespace studio::ui {

StageController::StageController(Session& session, StageView& stage, ProgressPanel& progress, QObject* parent)
    : QObject(parent), session_(session), stage_(stage), progress_(progress), actions_(session, stage) {
    connectSession();
    connectActions();
    updateActions();
}

void StageController::connectActions() {
    ResultBar& bar = stage_.results();
    connect(&bar, &ResultBar::wanted, this, [this](ResultAction action) { actions_.run(action, shownJobs()); });
    connect(&bar, &ResultBar::cancelWanted, &actions_.work(), &ResultWork::cancel);
    connect(&actions_, &ResultActions::told, this, &StageController::say);
    connect(&actions_, &ResultActions::progressed, &bar, &ResultBar::setProgress);
    connect(&actions_, &ResultActions::submitWanted, this, &StageController::submit);
    connect(&actions_, &ResultActions::compareWanted, this, &StageController::compare);
    connect(&actions_.work(), &ResultWork::differencesFound, this, [this](quint64 job, const QString& words) {
        if (shown_ == job && told_of_ != job && !pair_) say(tr("%1 Made again, it may look different.").arg(words));
    });
    connect(&stage_, &StageView::compareEnded, this, [this] {
        if (pair_) choose(std::exchange(pair_, std::nullopt)->first);
    });
    connect(&session_.history(), &QAbstractItemModel::dataChanged, this, &StageController::updateActions);
    connect(&session_.history(), &QAbstractItemModel::rowsRemoved, this, [this] {
        if (shown_ && !shownJob() && !stage_.isShowingPreview()) {  // what is in the trash is not watched any more
            shown_.reset();
            stage_.showEmpty();
        }
        updateActions();
    });
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
    if (stage_.isShowingPage()) stage_.showEmpty();
    is_following_ = true;
    last_preview_.reset();
    steps_ = request.steps.value_or(0);
    job_size_ = QSize(request.width.value_or(16), request.height.value_or(9));
}

void StageController::submit(const GenerationRequest& request) {
    if (!session_.isBusy() && !session_.isPaused()) expect(request);
    session_.submit(request);
}

void StageController::choose(quint64 job) {
    if (pair_ && pair_->second == 0 && pair_->first != job) return compare(pair_->first, job);
    pair_.reset();
    is_following_ = false;
    shown_ = job;
    session_.loadClip(job);
}

void StageController::compare(quint64 first, quint64 second) {
    pair_ = Pair{first, second, {}};
    if (second == 0) return stage_.results().say(tr("Choose the other video in the history."));
    is_following_ = false;
    shown_ = first;
    session_.loadClip(first);
    session_.loadClip(second);
}

void StageController::showPair() {
    const auto name = [this](JobId id) {
        const auto row = session_.history().rowOf(id);
        const store::JobRecord* job = row ? session_.history().at(*row) : nullptr;
        const auto request = job ? ResultActions::settingsOf(*job) : Result<GenerationRequest>(GenerationRequest{});
        const QString prompt = job ? fromUtf8(job->draft.prompt) : QString();
        return request.ok() && request->seed >= 0 ? tr("seed %1  ·  %2").arg(request->seed).arg(prompt) : prompt;
    };
    stage_.showPair(pair_->clips[0], name(pair_->first), pair_->clips[1], name(pair_->second));
    pair_->clips[0].reset();  // the stage holds them now
    pair_->clips[1].reset();
}

void StageController::follow() {
    pair_.reset();
    is_following_ = true;
    stage_.showWaiting(job_size_);
    if (last_preview_) showLastPreview();
}

void StageController::showPage(QWidget* page) {
    pair_.reset();
    is_following_ = false;
    if (shown_) under_page_ = std::exchange(shown_, std::nullopt);
    stage_.showPage(page);
}

void StageController::leavePage() {
    shown_ = std::exchange(under_page_, std::nullopt);
    if (session_.isBusy()) return follow();
    if (shownJob())
        choose(*shown_);
    else
        stage_.showEmpty();
}

const store::JobRecord* StageController::shownJob() const {
    const auto row = shown_ ? session_.history().rowOf(*shown_) : std::nullopt;
    return row ? session_.history().at(*row) : nullptr;
}

ResultActions::Jobs StageController::shownJobs() const {
    const store::JobRecord* job = shownJob();
    return job ? ResultActions::Jobs{*job} : ResultActions::Jobs();
}

void StageController::say(const QString& words) {
    told_of_ = words.isEmpty() ? std::nullopt : shown_;
    stage_.results().say(words);
}

void StageController::updateActions() {
    const ResultActions::Jobs jobs = shownJobs();
    stage_.results().update([&](ResultAction action) { return actions_.whyNot(action, jobs); });
}

void StageController::onState(Session::State state) {
    switch (state) {
        case Session::State::kIdle:
            progress_.end();
            break;
        case Session::State::kSubmitting:
            pair_.reset();
            progress_.begin();
            if (stage_.isShowingPage()) {
                is_following_ = false;  // a sheet shows its jobs itself
                break;
            }
            stage_.showWaiting(job_size_);
            Q_EMIT jobAwaited();
            break;
        case Session::State::kRunning:
            is_following_ = !stage_.isShowingPage() && (is_following_ || !shown_);
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
    if (pair_ && pair_->second != 0) {
        if (job == pair_->first) pair_->clips[0] = clip;
        if (job == pair_->second) pair_->clips[1] = clip;
        if (pair_->clips[0] && pair_->clips[1]) showPair();
        return;
    }
    if (shown_ != job) return;
    const store::JobRecord* made = shownJob();
    stage_.showClip(clip, made ? fromUtf8(made->draft.prompt) : QString());
    if (told_of_ != job) say({});  // a remark does not outlive its video; what was told of this one stays
    updateActions();
    if (made) actions_.work().checkRecipe(job, fromUtf8(made->output_path));
    Q_EMIT resultPlaying(job);
}

void StageController::onClipFailed(quint64 job, const Error& error) {
    const bool is_of_pair = pair_ && (job == pair_->first || job == pair_->second);
    if (is_of_pair) pair_.reset();
    if (shown_ != job && !is_of_pair) return;
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

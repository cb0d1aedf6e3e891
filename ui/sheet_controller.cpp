#include "ui/sheet_controller.h"

#include <QRandomGenerator>

#include "core/log.h"
#include "core/text.h"

namespace studio::ui {

namespace {
constexpr int kSmallWidth = 384;  // of pictures that a sheet keeps

/// A clip for a cell: nine of them together stay below some 60 MB.
Result<FilmStripPtr> smallClip(Clip clip) {
    STUDIO_TRY(strip, make_film_strip(std::move(clip.frames), clip.fps));
    if (strip->frames.front().width() <= kSmallWidth) return strip;
    auto small = std::make_shared<FilmStrip>();
    small->fps = strip->fps;
    for (const QImage& frame : strip->frames)
        small->frames.push_back(frame.scaledToWidth(kSmallWidth, Qt::SmoothTransformation));
    return FilmStripPtr(std::move(small));
}
}  // namespace

SheetController::SheetController(Session& session, StageView& stage, StageController& on_stage, QObject* parent)
    : QObject(parent), session_(session), on_stage_(on_stage), view_(new SheetView(model_, &stage)) {
    view_->hide();  // until it is shown as a page of the stage
    soon_.setSingleShot(true);
    soon_.setInterval(0);
    connect(&soon_, &QTimer::timeout, this, &SheetController::refresh);
    connectSession();
    connect(view_, &SheetView::finishWanted, this, &SheetController::finish);
    connect(view_, &SheetView::moreWanted, this, &SheetController::more);
    connect(view_, &SheetView::cancelWanted, this, &SheetController::cancelRest);
    connect(view_, &SheetView::closeWanted, this, &SheetController::close);
    connect(view_, &SheetView::playWanted, this, [this](quint64 job) {
        const auto row = model_.rowOf(job);
        if (row && model_.at(*row)->state == store::JobState::kFinished) on_stage_.choose(job);
    });
}

void SheetController::connectSession() {
    const auto look = [this] {
        if (!group_.empty()) soon_.start();
    };
    connect(&session_, &Session::queueChanged, this, look);
    connect(&session_, &Session::jobFinished, this, look);
    connect(&session_, &Session::jobFailed, this, look);
    connect(&session_, &Session::jobCancelled, this, look);
    connect(&session_, &Session::progressed, this,
            [this](const StageProgress& event) { model_.setFraction(event.id, event.fraction); });
    connect(&session_, &Session::previewed, this, [this](quint64 job, int, const FilmStripPtr& pictures) {
        if (model_.rowOf(job)) model_.setClip(job, pictures, false);
    });
}

void SheetController::begin(const GenerationRequest& wish, const ModelInfo& model, int count) {
    submit(planSheet(wish, model, count, QRandomGenerator::system()->generate64()));
}

void SheetController::submit(const SheetPlan& plan) {
    open(QString::fromStdString(plan.group));
    for (const GenerationRequest& request : plan.tries)
        session_.submit(request);
}

void SheetController::open(const QString& group) {
    group_ = group.toStdString();
    model_.setJobs({});
    loading_.clear();
    on_stage_.showPage(view_);
    view_->grid().setFocus();
    refresh();
}

void SheetController::close() {
    group_.clear();
    on_stage_.leavePage();
}

/// Ended jobs from the store, the others from the queue as it is shown.
void SheetController::refresh() {
    store::HistoryQuery query;
    query.group = group_;
    session_.findAll(query, [this, group = group_](Result<std::vector<store::JobRecord>> ended) {
        if (group != group_) return;
        if (!ended.ok()) return log::warning("A contact sheet could not be read: {}", ended.error().message);
        std::vector<store::JobRecord> jobs = std::move(*ended);
        const QueueModel& queue = session_.queue();
        for (int row = 0; row < queue.rowCount(); ++row) {
            const store::JobRecord& job = *queue.at(row);
            const bool is_known = std::any_of(jobs.begin(), jobs.end(), [&](const auto& j) { return j.id == job.id; });
            if (!is_known && sheetOf(job) == group) jobs.push_back(job);
        }
        model_.setJobs(std::move(jobs));
        loadClips();
    });
}

void SheetController::loadClips() {
    for (int row = 0; row < model_.rowCount(); ++row) {
        const store::JobRecord& job = *model_.at(row);
        const JobId id = JobId(job.id);
        const bool is_due = job.state == store::JobState::kFinished && !model_.hasFinal(id);
        if (!is_due || !loading_.insert(id).second) continue;
        background_.run(
            [read = session_.backend().read_clip, path = job.output_path] {
                return guarded([&]() -> Result<FilmStripPtr> {
                    STUDIO_TRY(clip, read(path_from_utf8(path)));
                    return smallClip(std::move(clip));
                });
            },
            [this, id](Result<FilmStripPtr> clip) {
                if (clip.ok() && model_.rowOf(id)) model_.setClip(id, *clip, true);
            });
    }
}

Result<GenerationRequest> SheetController::requestOf(quint64 job) const {
    const auto row = model_.rowOf(job);
    if (!row) return invalid_argument("job", "This try is not in the sheet any more.", "Choose another one.");
    return GenerationRequest::from_json(model_.at(*row)->draft.request);
}

void SheetController::finish(quint64 job) {
    const auto made = requestOf(job);
    if (!made.ok()) return;
    const GenerationRequest full = fullOf(*made);
    session_.submit(full, true);  // before the tries that are still waiting
    Q_EMIT finishing(full.seed);
}

void SheetController::more(quint64 job) {
    const auto made = requestOf(job);
    if (made.ok()) submit(planMore(*made, model_.rowCount(), QRandomGenerator::system()->generate64()));
}

void SheetController::cancelRest() {
    for (int row = model_.rowCount() - 1; row >= 0; --row) {  // the running one last: no other begins meanwhile
        const store::JobRecord& job = *model_.at(row);
        if (store::is_ended(job.state)) continue;
        if (job.state == store::JobState::kRunning)
            session_.cancel();
        else
            session_.cancelWaiting(JobId(job.id));
    }
}

}  // namespace studio::ui

#include "ui/session.h"

#include <filesystem>
#include <system_error>

#include "core/log.h"
#include "core/text.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {
constexpr int kThumbnailSide = 192;

/// Folders that the person did not have to make. Existing ones are fine; a file name's own part is left alone.
Result<void> make_folder_for(const std::string& output) {
    if (output.empty()) return {};
    std::filesystem::path folder = path_from_utf8(output);
    if (folder.extension() == ".mp4") folder = folder.parent_path();
    std::error_code problem;
    std::filesystem::create_directories(folder, problem);
    if (!problem) return {};
    return Error{ErrorCode::kIo,
                 "The folder for videos could not be made: " + problem.message() + ".",
                 path_to_utf8(folder),
                 {},
                 "Choose another folder with --output, or make this one.",
                 {}};
}

QImage thumbnailOf(const QImage& picture) {
    const QSize small = picture.size().scaled(kThumbnailSide, kThumbnailSide, Qt::KeepAspectRatioByExpanding);
    return picture.scaled(small, Qt::KeepAspectRatio, Qt::SmoothTransformation);
}
}  // namespace

Session::Session(Backend backend, QObject* parent)
    : QObject(parent), backend_(std::move(backend)), bridge_(backend_.make_queue) {
    connectBridge();
    connectModels();
}

void Session::connectBridge() {
    connect(&bridge_, &EngineBridge::engineReady, this, &Session::onReady);
    connect(&bridge_, &EngineBridge::engineFailed, this, [this](const Error& error) {
        Q_EMIT engineStateChanged(EngineStateChanged::State::kFaulted, fromUtf8(error.message));
        Q_EMIT jobFailed(error, {});
    });
    connect(&bridge_, &EngineBridge::engineStateChanged, this, [this](const EngineStateChanged& event) {
        Q_EMIT engineStateChanged(event.state, fromUtf8(event.detail));
    });
    connect(&bridge_, &EngineBridge::submitted, this, &Session::onSubmitted);
    connect(&bridge_, &EngineBridge::refused, this, &Session::onRefused);
    connect(&bridge_, &EngineBridge::jobStarted, this, &Session::onStarted);
    connect(&bridge_, &EngineBridge::progressed, this, [this](const StageProgress& event) {
        queue_.setFraction(event.id, event.fraction);
        if (isCurrent(event.id)) Q_EMIT progressed(event);
    });
    connect(&bridge_, &EngineBridge::previewed, this, &Session::onPreview);
    connect(&bridge_, &EngineBridge::jobFinished, this, &Session::onFinished);
    connect(&bridge_, &EngineBridge::jobFailed, this, &Session::onFailed);
    connect(&bridge_, &EngineBridge::jobCancelled, this, &Session::onCancelled);
    connect(&bridge_, &EngineBridge::queueChanged, this, &Session::refreshQueue);
    connect(&bridge_, &EngineBridge::queueTrouble, this, &Session::queueTrouble);
    connect(&bridge_, &EngineBridge::stopped, this, &Session::stopped);
}

void Session::connectModels() {
    connect(&queue_, &QueueModel::moveWanted, this, &Session::move);
    connect(&history_, &HistoryModel::thumbnailWanted, this, &Session::loadThumbnail);
    connect(&history_, &HistoryModel::pageWanted, this, [this](const store::HistoryQuery& query) {
        bridge_.ask([query](QueueClient& queue) { return queue.history(query); },
                    [this, query](Result<std::vector<store::JobRecord>> page) {
                        if (page.ok()) return history_.addPage(query, std::move(*page));
                        Q_EMIT queueTrouble(page.error());
                    });
    });
}

void Session::start() {
    bridge_.start();
    listModels();
}

void Session::listModels() {
    background_.run(
        [list = backend_.list_models] { return guarded([&]() -> Result<std::vector<ModelInfo>> { return list(); }); },
        [this](Result<std::vector<ModelInfo>> models) {
            if (!models.ok()) log::error("Models could not be listed: {}", models.error().message);
            Q_EMIT modelsListed(models.ok() ? models.value() : std::vector<ModelInfo>{});
        });
}

void Session::onReady() {
    Q_EMIT engineStateChanged(EngineStateChanged::State::kIdle, {});
    bridge_.ask([](QueueClient& queue) -> Result<store::Recovery> { return queue.recovery(); },
                [this](Result<store::Recovery> found) {
                    if (!found.ok()) return;
                    const bool is_quiet = found->interrupted.empty() && found->given_up.empty() &&
                                          found->completed.empty() && found->set_aside.empty() && !found->is_crash_loop;
                    if (!is_quiet) Q_EMIT recovered(*found);
                });
    refreshQueue();
    history_.setQuery({});
}

void Session::freeMemory() {
    tellQueue([](QueueClient& queue) -> Result<void> {
        queue.free_memory();
        return {};
    });
}

void Session::setUnloadAfter(int minutes) {
    tellQueue([minutes](QueueClient& queue) -> Result<void> {
        queue.set_unload_after(minutes * 60.0);
        return {};
    });
}

void Session::restartEngine() {
    if (bridge_.isStopped()) return;
    Q_EMIT engineStateChanged(EngineStateChanged::State::kStarting, {});
    const bool was_busy = isBusy();
    if (was_busy) endJob();
    if (was_busy) Q_EMIT jobCancelled();
    tickets_.clear();
    bridge_.restart();
}

void Session::submit(const GenerationRequest& request, bool is_first) {
    const bool begins_work = !isBusy() && !is_paused_;
    if (begins_work) {
        is_cancel_wanted_ = false;
        setState(State::kSubmitting);
    }
    background_.run([output = request.output] { return make_folder_for(output); },
                    [this, request, is_first, begins_work](Result<void> made) {
                        if (begins_work && (is_cancel_wanted_ || !made.ok())) endJob();
                        if (!made.ok())
                            Q_EMIT jobFailed(made.error(), {});
                        else if (begins_work && state_ == State::kIdle)
                            Q_EMIT jobCancelled();
                        else
                            tickets_[bridge_.submit(request, is_first)] = begins_work;
                    });
}

void Session::onSubmitted(quint64 ticket, JobId id) {
    const auto answered = tickets_.extract(ticket);
    const bool begins_work = !answered.empty() && answered.mapped();
    if (!begins_work || job_ || state_ == State::kIdle) {
        Q_EMIT jobStored(id);
        return;
    }
    job_ = id;
    if (is_cancel_wanted_)
        bridge_.cancel(id);
    else
        setState(State::kRunning);
}

void Session::onRefused(quint64 ticket, const Error& error) {
    const auto answered = tickets_.extract(ticket);
    if (!answered.empty() && answered.mapped() && !job_) endJob();
    Q_EMIT jobFailed(error, {});
}

void Session::onStarted(const JobStarted& event) {
    if (!isCurrent(event.id)) {
        job_ = event.id;
        is_cancel_wanted_ = false;
        setState(State::kSubmitting);
        setState(State::kRunning);
    }
    const ResolvedRequest& plan = event.resolved;
    clip_seconds_ = plan.fps > 0 ? plan.num_frames / plan.fps : 0;
    Q_EMIT jobStarted(event);
}

void Session::cancel() {
    if (state_ != State::kSubmitting && state_ != State::kRunning) return;
    is_cancel_wanted_ = true;
    if (job_) bridge_.cancel(*job_);
    setState(State::kCancelling);
}

void Session::onPreview(const Preview& event) {
    if (!isCurrent(event.id) || !event.frames || event.frames->empty()) return;
    const double seconds = clip_seconds_ > 0 ? clip_seconds_ : double(event.frames->size()) / 4;
    const auto pictures = copy_film_strip(*event.frames, double(event.frames->size()) / seconds);
    if (!pictures.ok()) {
        log::warning("A preview could not be shown: {}", pictures.error().message);
        return;
    }
    const auto& frames = pictures.value()->frames;
    queue_.setThumbnail(event.id, frames[frames.size() / 2]);
    Q_EMIT previewed(event.id, event.step, pictures.value());
}

void Session::onFinished(const JobFinished& event) {
    store::JobRecord made;  // at once, so that the video can be shown; the store's own record follows
    made.id = std::int64_t(event.id);
    made.state = store::JobState::kFinished;
    const Json settings = event.result.resolved.request.to_json();
    made.draft = {settings, event.result.resolved.request.prompt, event.result.resolved.model_name};
    made.result = {{"settings", settings}};
    made.output_path = event.result.output_path;
    history_.put(made);
    refreshRecord(event.id);
    if (isCurrent(event.id)) endJob();
    Q_EMIT jobFinished(event);
    loadClip(event.id);
}

void Session::onFailed(const JobFailed& event) {
    refreshRecord(event.id);
    if (isCurrent(event.id)) endJob();
    Q_EMIT jobFailed(event.error, fromUtf8(event.latents_path));
}

void Session::onCancelled(const JobCancelled& event) {
    refreshRecord(event.id);
    if (!isCurrent(event.id)) return;
    endJob();
    Q_EMIT jobCancelled();
}

void Session::refreshQueue() {
    using Answer = std::pair<std::vector<store::JobRecord>, bool>;
    bridge_.ask(
        [](QueueClient& queue) -> Result<Answer> {
            STUDIO_TRY(jobs, queue.waiting());
            return Answer(std::move(jobs), queue.is_paused());
        },
        [this](Result<Answer> answer) {
            if (answer.ok()) return onQueue(std::move(answer->first), answer->second);
            Q_EMIT queueTrouble(answer.error());
        });
}

void Session::onQueue(std::vector<store::JobRecord> jobs, bool is_paused) {
    queue_.setJobs(std::move(jobs));
    is_paused_ = is_paused;
    // A job that was thought to begin at once waits after all: the queue was paused meanwhile.
    const auto row = job_ ? queue_.rowOf(*job_) : std::nullopt;
    if (row && is_paused_ && queue_.at(*row)->state == store::JobState::kQueued && tickets_.empty()) {
        const JobId id = *job_;
        endJob();
        Q_EMIT jobStored(id);
    }
    Q_EMIT queueChanged();
}

void Session::refreshRecord(JobId id) {
    bridge_.ask([id](QueueClient& queue) { return queue.find(id); },
                [this, id](Result<store::JobRecord> record) {
                    if (record.ok())
                        history_.put(*record);
                    else if (record.error().code == ErrorCode::kNotFound)
                        history_.remove(id);
                });
}

void Session::readRecipe(const QString& path) {
    background_.run([read = backend_.read_recipe,
                     path = path.toStdString()] { return guarded([&] { return read(path_from_utf8(path)); }); },
                    [this, path](Result<Recipe> recipe) {
                        if (!recipe.ok()) {
                            Q_EMIT recipeFailed(recipe.error());
                            return;
                        }
                        Q_EMIT recipeReady(recipe->request, path);
                        if (!recipe->missing.empty()) Q_EMIT recipeIncomplete(recipe->missing, path);
                    });
}

void Session::loadThumbnail(JobId id, const QString& path) {
    background_.run(
        [read = backend_.read_poster, path = path.toStdString()] {
            return guarded([&]() -> Result<QImage> {
                STUDIO_TRY(clip, read(path_from_utf8(path)));
                STUDIO_TRY(strip, make_film_strip(std::move(clip.frames), clip.fps));
                return thumbnailOf(strip->frames.front());
            });
        },
        [this, id](Result<QImage> picture) {
            if (picture.ok()) return history_.setThumbnail(id, *picture);
            if (picture.error().code == ErrorCode::kNotFound) history_.setMissing(id, true);
        });
}

void Session::loadClip(JobId id) {
    const auto row = history_.rowOf(id);
    if (!row || history_.at(*row)->state != store::JobState::kFinished) return;
    background_.run(
        [read = backend_.read_clip, path = history_.at(*row)->output_path] {
            return guarded([&]() -> Result<FilmStripPtr> {
                STUDIO_TRY(clip, read(path_from_utf8(path)));
                return make_film_strip(std::move(clip.frames), clip.fps);
            });
        },
        [this, id](Result<FilmStripPtr> clip) {
            if (!clip.ok()) {
                if (clip.error().code == ErrorCode::kNotFound) history_.setMissing(id, true);
                Q_EMIT clipFailed(id, clip.error());
                return;
            }
            const auto& frames = clip.value()->frames;
            history_.setThumbnail(id, thumbnailOf(frames[frames.size() / 2]));
            Q_EMIT clipReady(id, clip.value());
        });
}

void Session::stop() {
    bridge_.stop();
}

void Session::endJob() {
    job_.reset();
    is_cancel_wanted_ = false;
    setState(State::kIdle);
}

void Session::setState(State state) {
    if (state == state_) return;
    state_ = state;
    Q_EMIT stateChanged(state_);
}

}  // namespace studio::ui

#include "ui/session.h"

#include <filesystem>
#include <system_error>

#include "core/log.h"
#include "core/text.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {
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
}  // namespace

Session::Session(Backend backend, QObject* parent)
    : QObject(parent), backend_(std::move(backend)), bridge_(backend_.make_engine) {
    connectBridge();
}

void Session::connectBridge() {
    connect(&bridge_, &EngineBridge::engineReady, this,
            [this] { Q_EMIT engineStateChanged(EngineStateChanged::State::kIdle, {}); });
    connect(&bridge_, &EngineBridge::engineFailed, this, [this](const Error& error) {
        Q_EMIT engineStateChanged(EngineStateChanged::State::kFaulted, fromUtf8(error.message));
        Q_EMIT jobFailed(error, {});
    });
    connect(&bridge_, &EngineBridge::engineStateChanged, this, [this](const EngineStateChanged& event) {
        Q_EMIT engineStateChanged(event.state, fromUtf8(event.detail));
    });
    connect(&bridge_, &EngineBridge::submitted, this, &Session::onSubmitted);
    connect(&bridge_, &EngineBridge::refused, this, [this](quint64 ticket, const Error& error) {
        if (ticket != ticket_) return;
        endJob();
        Q_EMIT jobFailed(error, {});
    });
    connect(&bridge_, &EngineBridge::jobStarted, this, [this](const JobStarted& event) {
        if (!isCurrent(event.id)) return;
        const ResolvedRequest& plan = event.resolved;
        clip_seconds_ = plan.fps > 0 ? plan.num_frames / plan.fps : 0;
        Q_EMIT jobStarted(event);
    });
    connect(&bridge_, &EngineBridge::progressed, this, [this](const StageProgress& event) {
        if (!isCurrent(event.id)) return;
        results_.setFraction(event.id, event.fraction);
        Q_EMIT progressed(event);
    });
    connect(&bridge_, &EngineBridge::previewed, this, &Session::onPreview);
    connect(&bridge_, &EngineBridge::jobFinished, this, &Session::onFinished);
    connect(&bridge_, &EngineBridge::jobFailed, this, [this](const JobFailed& event) {
        results_.remove(event.id);
        if (!isCurrent(event.id)) return;
        endJob();
        Q_EMIT jobFailed(event.error, fromUtf8(event.latents_path));
    });
    connect(&bridge_, &EngineBridge::jobCancelled, this, [this](const JobCancelled& event) {
        results_.remove(event.id);
        if (!isCurrent(event.id)) return;
        endJob();
        Q_EMIT jobCancelled();
    });
    connect(&bridge_, &EngineBridge::stopped, this, &Session::stopped);
}

void Session::start() {
    bridge_.start();
    background_.run(
        [list = backend_.list_models] { return guarded([&]() -> Result<std::vector<ModelInfo>> { return list(); }); },
        [this](Result<std::vector<ModelInfo>> models) {
            if (!models.ok()) log::error("Models could not be listed: {}", models.error().message);
            Q_EMIT modelsListed(models.ok() ? models.value() : std::vector<ModelInfo>{});
        });
}

bool Session::generate(const GenerationRequest& request) {
    if (isBusy()) return false;
    prompt_ = fromUtf8(request.prompt);
    is_cancel_wanted_ = false;
    setState(State::kSubmitting);
    background_.run([output = request.output] { return make_folder_for(output); },
                    [this, request](Result<void> made) {
                        if (made.ok()) return submit(request);
                        endJob();
                        Q_EMIT jobFailed(made.error(), {});
                    });
    return true;
}

void Session::submit(const GenerationRequest& request) {
    if (is_cancel_wanted_) {
        endJob();
        Q_EMIT jobCancelled();
        return;
    }
    ticket_ = bridge_.submit(request);
}

void Session::onSubmitted(quint64 ticket, JobId id) {
    if (ticket != ticket_) return;
    job_ = id;
    results_.addRunning(id, prompt_);
    if (is_cancel_wanted_)
        bridge_.cancel(id);
    else
        setState(State::kRunning);
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
    results_.setThumbnail(event.id, frames[frames.size() / 2]);
    Q_EMIT previewed(event.id, event.step, pictures.value());
}

void Session::onFinished(const JobFinished& event) {
    results_.finish(event.id, event.result);
    if (isCurrent(event.id)) endJob();
    Q_EMIT jobFinished(event);
    loadClip(event.id);
}

void Session::loadClip(JobId id) {
    const auto row = results_.rowOf(id);
    if (!row || results_.at(*row)->is_running) return;
    background_.run(
        [read = backend_.read_clip, path = results_.at(*row)->result.output_path] {
            return guarded([&]() -> Result<FilmStripPtr> {
                STUDIO_TRY(clip, read(path_from_utf8(path)));
                return make_film_strip(std::move(clip.frames), clip.fps);
            });
        },
        [this, id](Result<FilmStripPtr> clip) {
            if (!clip.ok()) {
                Q_EMIT clipFailed(id, clip.error());
                return;
            }
            const auto& frames = clip.value()->frames;
            const QSize small = frames.front().size().scaled(192, 192, Qt::KeepAspectRatioByExpanding);
            results_.setThumbnail(
                id, frames[frames.size() / 2].scaled(small, Qt::KeepAspectRatio, Qt::SmoothTransformation));
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

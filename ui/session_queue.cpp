// What a person does with jobs of the queue and the history, passed on to the store.
#include "core/text.h"
#include "ui/session.h"

namespace studio::ui {

void Session::move(JobId id, JobId before_id) {
    tellQueue([=](QueueClient& queue) { return queue.move(id, before_id); });
}

void Session::change(JobId id, const GenerationRequest& request) {
    tellQueue([=](QueueClient& queue) { return queue.change(id, request); });
}

void Session::duplicate(JobId id) {
    tellQueue([=](QueueClient& queue) -> Result<void> {
        STUDIO_TRY(copy, queue.duplicate(id));
        static_cast<void>(copy);
        return {};
    });
}

void Session::resume(JobId id) {
    tellQueue([=](QueueClient& queue) { return queue.resume(id); });
    refreshRecord(id);
}

void Session::remove(JobId id) {
    tellQueue([=](QueueClient& queue) { return queue.remove(id); });
    refreshRecord(id);
}

void Session::cancelWaiting(JobId id) {
    bridge_.cancel(id);
}

void Session::setPaused(bool is_paused) {
    tellQueue([=](QueueClient& queue) { return queue.set_paused(is_paused); });
}

void Session::setStarred(JobId id, bool is_starred) {
    tellQueue([=](QueueClient& queue) { return queue.set_starred(id, is_starred); });
    refreshRecord(id);
}

void Session::relocate(JobId id, const QString& video) {
    tellQueue([=](QueueClient& queue) { return queue.relocate(id, path_from_utf8(video.toStdString())); });
    history_.setMissing(id, false);
    refreshRecord(id);
}

void Session::find(JobId id, std::function<void(Result<store::JobRecord>)> answer) {
    bridge_.ask([id](QueueClient& queue) { return queue.find(id); }, std::move(answer));
}

void Session::findAll(const store::HistoryQuery& query,
                      std::function<void(Result<std::vector<store::JobRecord>>)> answer) {
    bridge_.ask([query](QueueClient& queue) { return queue.history(query); }, std::move(answer));
}

}  // namespace studio::ui

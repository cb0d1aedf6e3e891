#include "app/events.h"

#include "core/error_json.h"

namespace studio {
namespace {

double rounded(double seconds) {
    return static_cast<double>(static_cast<std::int64_t>(seconds * 1000 + 0.5)) / 1000;
}

Json resolved_json(const ResolvedRequest& r) {
    return {{"settings", r.request.to_json()}, {"model_name", r.model_name},
            {"output_path", r.output_path},    {"predicted_peak_bytes", r.predicted_peak_bytes},
            {"memory", to_json(r.memory)},     {"notices", r.notices}};
}

struct Writer {
    Json operator()(const JobQueued& e) const { return {{"event", "queued"}, {"job", e.id}}; }
    Json operator()(const JobStarted& e) const {
        Json json = resolved_json(e.resolved);
        json["event"] = "started";
        json["job"] = e.id;
        return json;
    }
    Json operator()(const StageProgress& e) const {
        Json json = {{"event", "progress"},
                     {"job", e.id},
                     {"stage", std::string(to_string(e.stage))},
                     {"done", e.done},
                     {"total", e.total},
                     {"fraction", rounded(e.fraction)},
                     {"elapsed_s", rounded(e.elapsed_s)}};
        if (e.left_s) json["left_s"] = rounded(*e.left_s);
        return json;
    }
    Json operator()(const Preview& e) const {
        Json json = {{"event", "preview"}, {"job", e.id}, {"step", e.step}, {"frames", 0}};
        if (e.frames && !e.frames->empty()) {
            json["frames"] = e.frames->size();
            json["width"] = e.frames->front().width;
            json["height"] = e.frames->front().height;
        }
        return json;
    }
    Json operator()(const LatentsKept& e) const { return {{"event", "latents"}, {"job", e.id}, {"path", e.path}}; }
    Json operator()(const JobFinished& e) const {
        const JobResult& r = e.result;
        Json times = Json::object();
        for (const StageTime& time : r.times)
            times[std::string(to_string(time.stage))] = rounded(time.seconds);
        Json json = resolved_json(r.resolved);
        json["event"] = "finished";
        json["job"] = e.id;
        json["output_path"] = r.output_path;
        json["output_bytes"] = r.output_bytes;
        json["times"] = std::move(times);
        json["total_s"] = rounded(r.total_s);
        json["peak_rss_bytes"] = r.peak_rss_bytes;
        return json;
    }
    Json operator()(const JobFailed& e) const {
        Json json = {{"event", "failed"}, {"job", e.id}, {"error", error_json(e.error)}};
        if (!e.latents_path.empty()) json["latents_path"] = e.latents_path;
        return json;
    }
    Json operator()(const JobCancelled& e) const { return {{"event", "cancelled"}, {"job", e.id}}; }
    Json operator()(const QueueChanged&) const { return {{"event", "queue"}}; }
    Json operator()(const QueueTrouble& e) const {
        return {{"event", "queue_trouble"}, {"error", error_json(e.error)}};
    }
    Json operator()(const EngineStateChanged& e) const {
        static constexpr const char* kNames[] = {"starting", "idle", "busy", "faulted", "stopped"};
        Json json = {{"event", "state"}, {"state", kNames[static_cast<int>(e.state)]}};
        if (!e.detail.empty()) json["detail"] = e.detail;
        return json;
    }
};

}  // namespace

std::string_view to_string(Stage stage) noexcept {
    switch (stage) {
        case Stage::kLoad:
            return "load";
        case Stage::kText:
            return "text";
        case Stage::kImage:
            return "image";
        case Stage::kDenoise:
            return "denoise";
        case Stage::kDecode:
            return "decode";
        case Stage::kSave:
            return "save";
    }
    return "";
}

Json to_json(const Event& event) {
    return std::visit(Writer{}, event);
}

}  // namespace studio

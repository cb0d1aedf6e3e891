#include "fake_engine.h"

#include <algorithm>
#include <tuple>

namespace studio::test {

GenerationRequest requestFor(const std::string& prompt) {
    GenerationRequest request;
    request.prompt = prompt;
    return request;
}

Frame numberedFrame(int width, int height, int index) {
    Frame frame{width, height, index, std::vector<std::uint8_t>(std::size_t(width) * std::size_t(height) * 3, 40)};
    for (std::size_t i = 0; i < frame.rgb.size(); i += 3)
        frame.rgb[i] = std::uint8_t(10 * index);
    return frame;
}

ModelInfo demoModel() {
    ModelInfo model;
    model.name = "demo";
    model.path = "/models/demo";
    model.kind = "text-to-video";
    model.complete = true;
    model.bytes = 16'600'000;
    model.details = Json{{"card_name", "Postcards"}};
    model.defaults =
        Json{{"width", 128}, {"height", 128}, {"num_frames", 17}, {"fps", 8}, {"steps", 4}, {"sampler", "rcm"}};
    model.example_prompts = {"a yellow star spins in the night sky", "a red boat sails to the right on the sea",
                             "a purple balloon floats up over a green meadow", "一只橙色的猫在雪地里蹦跳"};
    return model;
}

void EngineScript::end(JobId id, store::JobState state, const Json& settings) {
    std::lock_guard lock(mutex);
    const auto at =
        std::find_if(waiting.begin(), waiting.end(), [id](const store::JobRecord& job) { return JobId(job.id) == id; });
    if (at == waiting.end()) return;
    store::JobRecord job = *at;
    waiting.erase(at);
    job.state = state;
    if (state == store::JobState::kFinished) {
        job.output_path = "/videos/" + std::to_string(id) + ".mp4";
        job.result = {{"settings", settings}};
    }
    ended.insert(ended.begin(), job);
}

store::JobRecord FakeEngine::queued(JobId id, const GenerationRequest& request) {
    store::JobRecord job = record(id, store::JobState::kQueued, request.prompt);
    job.draft.request = request.to_json();
    return job;
}

store::JobRecord record(JobId id, store::JobState state, const std::string& prompt) {
    store::JobRecord job;
    job.id = std::int64_t(id);
    job.uid = std::string(32, 'a');
    job.state = state;
    job.draft = {requestFor(prompt).to_json(), prompt, "demo"};
    if (state == store::JobState::kFinished) {
        job.output_path = "/videos/" + std::to_string(id) + ".mp4";
        job.result = {{"total_s", 2.5}, {"settings", requestFor(prompt).to_json()}};
    }
    return job;
}

/// Files are not touched: calls are noted, a copy "takes" as long as the test lets it.
static ui::ResultCalls scriptedResults(const Script& script) {
    ui::ResultCalls results;
    results.save_copy = [script](const std::filesystem::path& from, const std::filesystem::path& to,
                                 const std::function<void(double)>& progress,
                                 const std::stop_token& stop) -> Result<std::filesystem::path> {
        script->note("copy " + from.string() + " to " + to.string());
        progress(0.5);
        while (script->holds_copies && !stop.stop_requested())
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        if (stop.stop_requested()) return cancelled();
        return to;
    };
    results.last_frame = [](const std::filesystem::path&) -> Result<Frame> { return numberedFrame(32, 32, 8); };
    results.compare = [script](const std::filesystem::path& a,
                               const std::filesystem::path& b) -> Result<VideoComparison> {
        script->note("compare " + a.string() + " with " + b.string());
        return script->comparison;
    };
    results.differences = [script](const std::filesystem::path&) -> Result<std::vector<RecipeDifference>> {
        return script->differences;
    };
    results.command_text = [](const GenerationRequest& request) {
        return "turbo-studio-cli generate --prompt '" + request.prompt + "' --seed " + std::to_string(request.seed);
    };
    return results;
}

ui::Backend makeBackend(const Script& script, int num_frames, double fps) {
    ui::Backend backend;
    backend.make_queue = [script]() -> Result<std::unique_ptr<QueueClient>> {
        std::this_thread::sleep_for(script->build_time);
        return std::unique_ptr<QueueClient>(std::make_unique<FakeEngine>(script));
    };
    backend.list_models = [] { return std::vector<ModelInfo>{demoModel()}; };
    backend.read_clip = [num_frames, fps](const std::filesystem::path&) -> Result<Clip> {
        Clip clip{fps, {}};
        for (int i = 0; i < num_frames; ++i)
            clip.frames.push_back(numberedFrame(32, 32, i));
        return clip;
    };
    backend.read_poster = [](const std::filesystem::path&) -> Result<Clip> {
        Clip poster{1, {}};
        poster.frames.push_back(numberedFrame(32, 32, 7));
        return poster;
    };
    backend.read_recipe = [](const std::filesystem::path&) -> Result<Recipe> {
        Recipe recipe;
        recipe.request = requestFor("from a recipe");
        recipe.request.seed = 99;
        return recipe;
    };
    backend.read_picture = [](const std::filesystem::path& path) -> Result<Picture> {
        if (path.filename() == "broken.png")
            return Error{ErrorCode::kCorruptFile, "The picture is damaged.", path.string(), {}, "Use another.", {}};
        return Picture{numberedFrame(64, 32, 3), 640, 320, {}};
    };
    backend.fit = [](const GenerationRequest& request) -> Result<Fit> {
        Fit fit;
        fit.memory.free_host = 8'000'000'000;
        fit.memory.chosen.peak.host = std::uint64_t(request.num_frames.value_or(17)) * 300'000'000;
        if (fit.memory.chosen.peak.host > fit.memory.free_host) {
            fit.verdict = FitVerdict::kDoesNotFit;
            fit.change = {"It would fit with 25 frames.", 25, {}, {}};
        }
        return fit;
    };
    backend.exports.formats = [] {
        std::vector<ExportFormatInfo> formats;
        for (const auto& [format, key, extension] :
             {std::tuple(ExportFormat::kH264, "h264", ".mp4"), std::tuple(ExportFormat::kGif, "gif", ".gif"),
              std::tuple(ExportFormat::kPng, "png", ""), std::tuple(ExportFormat::kCopy, "copy", ".mp4")})
            formats.push_back({format, key, extension, true, {}, 0, 51});
        return formats;
    };
    backend.exports.can_interpolate = []() -> Result<void> { return {}; };
    backend.exports.plan = [](const ExportRequest& request) -> Result<ExportPlan> {
        return ExportPlan{request.target.empty() ? "/videos/out.mp4" : request.target, 32, 32, 8, 9, 1.125, 1000, {}};
    };
    backend.exports.run = [](const ExportRequest& request, const std::stop_token&,
                             const std::function<void(const ExportProgress&)>&) -> Result<ExportResult> {
        return ExportResult{request.target.empty() ? "/videos/out.mp4" : request.target, 1000, 32, 32, 8, 9, 1.125, {}};
    };
    backend.results = scriptedResults(script);
    backend.error_text = error_text;
    backend.settings = settings_table();
    const auto kept = std::make_shared<std::pair<std::mutex, StoredPresets>>();
    backend.presets.list = [kept]() -> Result<StoredPresets> {
        std::lock_guard lock(kept->first);
        return kept->second;
    };
    backend.presets.keep = [kept](const Preset& preset, bool) -> Result<void> {
        std::lock_guard lock(kept->first);
        std::erase_if(kept->second.presets, [&](const Preset& one) { return one.name == preset.name; });
        kept->second.presets.push_back(preset);
        return {};
    };
    backend.presets.remove = [kept](const std::string& name) -> Result<void> {
        std::lock_guard lock(kept->first);
        std::erase_if(kept->second.presets, [&](const Preset& one) { return one.name == name; });
        return {};
    };
    return backend;
}

static ResolvedRequest resolved(const GenerationRequest& request) {
    ResolvedRequest plan;
    plan.request = request;
    if (plan.request.seed < 0) plan.request.seed = 4711;
    plan.model_name = "demo";
    plan.width = request.width.value_or(128);
    plan.height = request.height.value_or(128);
    plan.num_frames = request.num_frames.value_or(17);
    plan.steps = request.steps.value_or(4);
    plan.fps = 8;
    return plan;
}

JobStarted started(JobId id, const GenerationRequest& request) {
    return {id, resolved(request)};
}

JobFinished finished(JobId id, const GenerationRequest& request) {
    JobResult result;
    result.output_path = "/videos/" + std::to_string(id) + ".mp4";
    result.resolved = resolved(request);
    result.times = {{Stage::kText, 0.1}, {Stage::kDenoise, 2.0}, {Stage::kDecode, 0.5}};
    result.total_s = 2.6;
    return {id, result};
}

Preview preview(JobId id, int step) {
    auto frames = std::make_shared<std::vector<Frame>>();
    for (int i = 0; i < 5; ++i)
        frames->push_back(numberedFrame(16, 16, i));
    return {id, step, frames};
}

StageProgress progress(JobId id, Stage stage, int done, int total, double fraction, std::optional<double> left_s) {
    return {id, stage, done, total, fraction, 1.0, left_s};
}

}  // namespace studio::test

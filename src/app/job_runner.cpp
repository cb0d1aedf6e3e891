#include "app/job_runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/job_settings.h"
#include "app/latents_file.h"
#include "app/output_path.h"
#include "app/recipe.h"
#include "app/unfinished_files.h"
#include "core/log.h"
#include "core/platform.h"
#include "core/text.h"
#include "library/published_files.h"
#include "media/video_writer.h"
#include "pipeline/generator.h"

namespace studio {
namespace {

namespace fs = std::filesystem;
using pipeline::MemoryStage;
using pipeline::Part;

/// x264's output depends on its thread count: a fixed one keeps a seed's file the same on every machine.
constexpr int kEncoderThreads = 4;
constexpr double kMinPreviewInterval_s = 0.05;

/// Hands frames on, and sees whether there is a picture at all.
class WatchedSink final : public FrameSink {
  public:
    explicit WatchedSink(FrameSink& next) : next_(next) {}
    Result<void> push(Frame frame) override {
        const auto [low, high] = std::minmax_element(frame.rgb.begin(), frame.rgb.end());
        low_ = std::min(low_, *low);
        high_ = std::max(high_, *high);
        return next_.push(std::move(frame));
    }
    bool is_blank() const { return high_ <= low_ + 1; }

  private:
    FrameSink& next_;
    std::uint8_t low_ = 255, high_ = 0;
};

std::string speed_key(const PreparedJob& job) {
    const auto& r = job.resolved;
    return fmt::format("{}|{}|{}|{}", r.request.model, r.device, r.precision, r.threads);
}

}  // namespace

EngineMemory::EngineMemory() : generator(pipeline::Generator::make()) {}
EngineMemory::~EngineMemory() = default;

JobRunner::JobRunner(JobId id, const PreparedJob& job, EngineMemory& memory, std::stop_token stop,
                     std::function<void(Event)> emit)
    : id_(id),
      job_(job),
      memory_(memory),
      stop_(std::move(stop)),
      emit_(std::move(emit)),
      plan_(std::min(job.memory.chosen, job.memory.plans.size() - 1)),
      notices_(job.resolved.notices) {}

JobRunner::~JobRunner() {
    memory_.generator->end_job();
}

Result<JobResult> JobRunner::run() {
    emit_(JobStarted{id_, job_.resolved});
    if (stop_.stop_requested()) return cancelled();
    remove_unfinished_files();
    STUDIO_TRY_VOID(open());
    STUDIO_TRY_VOID(job_.asked.latents.empty() ? make_latents() : read_latents());
    STUDIO_TRY_VOID(in_memory(MemoryStage::kDecode, [this] { return decode(); }));
    std::error_code ec;
    if (!latents_path_.empty() && is_kept_by_us(latents_path_)) fs::remove(latents_path_, ec);
    latents_path_.clear();
    return result();
}

Result<void> JobRunner::make_latents() {
    const auto text = [this]() -> Result<void> {
        STUDIO_TRY_VOID(load_parts());
        return encode_text();
    };
    STUDIO_TRY_VOID(in_memory(MemoryStage::kText, text));
    STUDIO_TRY_VOID(in_memory(MemoryStage::kImage, [this] { return encode_image(); }));
    STUDIO_TRY_VOID(in_memory(MemoryStage::kDenoise, [this] { return denoise(); }));
    keep_latents();
    return {};
}

/// Instead of everything up to the latents.
Result<void> JobRunner::read_latents() {
    const fs::path path = path_from_utf8(job_.asked.latents);
    STUDIO_TRY(file, read_latents_file(path));
    STUDIO_TRY_VOID(check_latents_shape(file, job_));
    STUDIO_TRY(model, model_document(*job_.parts, memory_.hashes, stop_));
    STUDIO_TRY_VOID(check_latents_model(file, model));
    STUDIO_TRY_VOID(memory_.generator->load_latents(path));
    latents_ = std::make_shared<const LatentsFile>(std::move(file));
    latents_path_ = path;
    return {};
}

Result<void> JobRunner::open() {
    const auto& r = job_.resolved;
    auto& generator = *memory_.generator;
    STUDIO_TRY_VOID(generator.open(job_.parts, compute_choice(r)));
    generator.use(plan().choice);
    memory_.speeds.use(speed_key(job_));
    const bool needs_text = job_.asked.latents.empty() && needs_text_encoder();
    const bool needs_load = !generator.is_loaded(Part::kTransformer) || !generator.is_loaded(Part::kVae);
    progress_.emplace(id_, stage_work(job_, needs_load, needs_text), memory_.speeds,
                      [this](const StageProgress& p) { emit_(p); });
    return {};
}

/// Everything at once where memory allows; else only the text encoder, and the others when their stage comes.
Result<void> JobRunner::load_parts() {
    auto& generator = *memory_.generator;
    std::vector<Part> wanted;
    if (needs_text_encoder()) wanted.push_back(Part::kTextEncoder);
    if (keeps_all()) {
        wanted.push_back(Part::kTransformer);
        wanted.push_back(Part::kVae);
    } else if (!wanted.empty()) {
        free_for(Part::kTextEncoder);
    }
    std::erase_if(wanted, [&](Part part) { return generator.is_loaded(part); });
    progress_->begin(Stage::kLoad, static_cast<int>(wanted.size()));
    int done = 0;
    for (const Part part : wanted) {
        if (stop_.stop_requested()) return cancelled();
        STUDIO_TRY_VOID(generator.load(part));
        ++done;
        progress_->update(done, double(done) / static_cast<double>(wanted.size()));
    }
    progress_->end();
    return {};
}

/// A part that the plan could not keep from the beginning; its time counts as loading.
Result<void> JobRunner::load(Part part) {
    if (memory_.generator->is_loaded(part)) return {};
    if (!keeps_all()) free_for(part);
    const double start = progress_->now();
    auto loaded = memory_.generator->load(part);
    progress_->add_time(Stage::kLoad, progress_->now() - start);
    return loaded;
}

void JobRunner::free_for(Part part) {
    for (const Part other : {Part::kTextEncoder, Part::kImageEncoder, Part::kTransformer, Part::kVae})
        if (other != part) memory_.generator->release(other);
}

bool JobRunner::needs_text_encoder() const {
    const auto& r = job_.resolved.request;
    const auto& generator = *memory_.generator;
    return !generator.is_text_cached(r.prompt) || (is_guided() && !generator.is_text_cached(r.negative_prompt));
}

pipeline::StageHooks JobRunner::hooks() {
    pipeline::StageHooks hooks;
    hooks.stop = stop_;
    hooks.progress = [this](int done, int total) { progress_->update(done, total > 0 ? double(done) / total : 0); };
    return hooks;
}

Result<void> JobRunner::encode_text() {
    const auto& request = job_.resolved.request;
    progress_->begin(Stage::kText, is_guided() ? 2 : 1);
    std::optional<std::string> negative;
    if (is_guided()) negative = request.negative_prompt;
    STUDIO_TRY_VOID(memory_.generator->encode_text(request.prompt, negative, hooks()));
    progress_->end();
    return {};
}

Result<void> JobRunner::denoise() {
    const auto& r = job_.resolved;
    progress_->begin(Stage::kDenoise, r.steps);
    STUDIO_TRY_VOID(load(Part::kTransformer));
    pipeline::StageHooks hooks = this->hooks();
    hooks.progress = [this, steps = r.steps](int done, int total) {
        progress_->update(total > 0 ? done * steps / total : 0, total > 0 ? double(done) / total : 0);
    };
    double last_preview = -1;
    hooks.preview = [&](int step, std::vector<Frame> frames) {
        const double now = progress_->now();
        if (step < r.steps && now - last_preview < kMinPreviewInterval_s) return;
        last_preview = now;
        emit_(Preview{id_, step, std::make_shared<const std::vector<Frame>>(std::move(frames))});
    };
    STUDIO_TRY_VOID(memory_.generator->denoise(denoise_settings(r), hooks));
    progress_->end();
    return {};
}

/// From here on a failure costs only the decoding. Not being able to write them is no reason to stop.
void JobRunner::keep_latents() {
    const fs::path path = new_latents_path(id_);
    std::error_code ec;
    fs::create_directories(path.parent_path(), ec);
    const auto model = model_document(*job_.parts, memory_.hashes, stop_);
    const Json recipe =
        recipe_document(job_, model ? *model : Json{{"name", job_.resolved.model_name}}, progress_->times());
    const auto saved = memory_.generator->save_latents(path, latents_metadata(job_, recipe));
    if (!saved) return log::warning("the final latents are not kept: {}", saved.error().message);
    latents_path_ = path;
    emit_(LatentsKept{id_, path_to_utf8(path)});
    forget_old_latents(path.parent_path());
}

/// A job that only decodes tells the times of the run that made its latents.
std::vector<StageTime> JobRunner::recipe_times() const {
    std::vector<StageTime> times = progress_->times();
    if (!latents_) return times;
    const auto known = latents_->recipe.find("times");
    if (known == latents_->recipe.end() || !known->is_object()) return times;
    std::vector<StageTime> all;
    for (const Stage stage : {Stage::kText, Stage::kDenoise}) {
        const auto seconds = known->find(std::string(to_string(stage)));
        if (seconds != known->end() && seconds->is_number()) all.push_back({stage, seconds->get<double>()});
    }
    for (const StageTime& time : times)
        if (time.stage != Stage::kText && time.stage != Stage::kDenoise) all.push_back(time);
    return all;
}

Result<void> JobRunner::decode() {
    const auto& r = job_.resolved;
    progress_->begin(Stage::kDecode, 1 + (r.num_frames - 1) / static_cast<int>(job_.parts->vae_config.temporal_stride));
    STUDIO_TRY_VOID(load(Part::kVae));
    STUDIO_TRY(model, model_document(*job_.parts, memory_.hashes, stop_));
    for (std::string& notice : changed_file_notices(job_.parts->files, job_.parts->folder.root, memory_.hashes))
        notices_.push_back(std::move(notice));
    media::VideoSettings settings;
    settings.width = r.width;
    settings.height = r.height;
    settings.fps = r.fps;
    settings.crf = r.request.crf;
    settings.threads = kEncoderThreads;
    settings.metadata = recipe_metadata(job_, recipe_document(job_, model, recipe_times()));
    // Only the standard folder: one that a person named and that has gone since may be a drive that is no longer there.
    if (job_.asked.output.empty()) STUDIO_TRY_VOID(make_output_folder(path_from_utf8(r.output_path)));
    STUDIO_TRY(writer, media::VideoWriter::open(path_from_utf8(r.output_path), settings));
    const UnfinishedFile note(writer->part_path());
    WatchedSink sink(*writer);
    STUDIO_TRY_VOID(memory_.generator->decode(sink, hooks()));
    progress_->end();
    if (sink.is_blank())
        notices_.push_back("Every pixel of the video has the same colour: the model or its settings do not fit.");
    progress_->begin(Stage::kSave, 1);
    if (stop_.stop_requested()) return cancelled();
    for (const auto& [key, value] : recipe_metadata(job_, recipe_document(job_, model, recipe_times())))
        writer->set_metadata(key, value);
    STUDIO_TRY(path, writer->finish());
    progress_->end();
    output_path_ = path;
    return {};
}

JobResult JobRunner::result() const {
    JobResult out;
    std::error_code ec;
    out.output_path = path_to_utf8(output_path_);
    out.resolved = job_.resolved;
    out.resolved.output_path = out.output_path;
    out.resolved.request.output = out.output_path;
    out.resolved.notices = notices_;
    out.times = progress_->times();
    out.total_s = progress_->elapsed_s();
    out.peak_rss_bytes = platform::process_peak_rss_bytes();
    out.output_bytes = fs::file_size(output_path_, ec);
    if (ec) out.output_bytes = 0;
    return out;
}

}  // namespace studio

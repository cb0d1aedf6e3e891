#include "app/job_runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/output_path.h"
#include "app/recipe.h"
#include "core/log.h"
#include "core/platform.h"
#include "core/text.h"
#include "media/video_writer.h"
#include "pipeline/generator.h"

namespace studio {
namespace {

namespace fs = std::filesystem;
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

fs::path new_latents_path(JobId id) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto stamp = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
    return platform::user_state_dir() / "latents" / fmt::format("{}-{}.safetensors", stamp, id);
}

/// Failed and killed jobs leave their latents for a later decode; the newest are enough.
void forget_old_latents(const fs::path& folder) {
    constexpr std::size_t kKept = 20;
    std::vector<std::pair<fs::file_time_type, fs::path>> files;
    std::error_code ec;
    for (fs::directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec)) {
        std::error_code ignored;
        if (it->path().extension() == ".safetensors") files.emplace_back(it->last_write_time(ignored), it->path());
    }
    std::sort(files.rbegin(), files.rend());
    for (std::size_t i = kKept; i < files.size(); ++i)
        fs::remove(files[i].second, ec);
}

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
      notices_(job.resolved.notices) {}

JobRunner::~JobRunner() {
    memory_.generator->end_job();
}

Result<JobResult> JobRunner::run() {
    emit_(JobStarted{id_, job_.resolved});
    if (stop_.stop_requested()) return cancelled();
    STUDIO_TRY_VOID(open());
    STUDIO_TRY_VOID(load_parts());
    STUDIO_TRY_VOID(encode_text());
    STUDIO_TRY_VOID(denoise());
    keep_latents();
    STUDIO_TRY_VOID(decode());
    std::error_code ec;
    if (!latents_path_.empty()) fs::remove(latents_path_, ec);
    latents_path_.clear();
    return result();
}

Result<void> JobRunner::open() {
    const auto& r = job_.resolved;
    auto& generator = *memory_.generator;
    STUDIO_TRY_VOID(generator.open(job_.parts, {r.device, r.precision, r.threads}));
    memory_.speeds.use(speed_key(job_));
    const bool needs_text = !generator.is_text_cached(r.request.prompt) ||
                            (is_guided() && !generator.is_text_cached(r.request.negative_prompt));
    const bool needs_load = !generator.is_loaded(Part::kTransformer) || !generator.is_loaded(Part::kVae);
    progress_.emplace(id_, stage_work(job_, needs_load, needs_text), memory_.speeds,
                      [this](const StageProgress& p) { emit_(p); });
    return {};
}

/// Everything at once where memory allows; else only the text encoder, and the others when their stage comes.
Result<void> JobRunner::load_parts() {
    const auto& r = job_.resolved;
    auto& generator = *memory_.generator;
    std::vector<Part> wanted;
    if (!generator.is_text_cached(r.request.prompt) ||
        (is_guided() && !generator.is_text_cached(r.request.negative_prompt)))
        wanted.push_back(Part::kTextEncoder);
    if (job_.keeps_all) {
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
    if (!job_.keeps_all) free_for(part);
    const double start = progress_->now();
    auto loaded = memory_.generator->load(part);
    progress_->add_time(Stage::kLoad, progress_->now() - start);
    return loaded;
}

void JobRunner::free_for(Part part) {
    for (const Part other : {Part::kTextEncoder, Part::kTransformer, Part::kVae})
        if (other != part) memory_.generator->release(other);
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
    pipeline::DenoiseSettings settings;
    settings.shape = {r.width, r.height, r.num_frames};
    settings.seed = static_cast<std::uint64_t>(r.request.seed);
    settings.sampler = r.sampler;
    settings.steps = r.steps;
    settings.guidance = r.guidance;
    settings.shift = r.shift;
    settings.sigma_max = r.sigma_max;
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
    STUDIO_TRY_VOID(memory_.generator->denoise(settings, hooks));
    progress_->end();
    return {};
}

/// From here on a failure costs only the decoding. Not being able to write them is no reason to stop.
void JobRunner::keep_latents() {
    const fs::path path = new_latents_path(id_);
    std::error_code ec;
    fs::create_directories(path.parent_path(), ec);
    const Json recipe = recipe_document(job_, {{"name", job_.resolved.model_name}}, progress_->times());
    const auto saved = memory_.generator->save_latents(path, {{"recipe", recipe.dump()}});
    if (!saved) return log::warning("the final latents are not kept: {}", saved.error().message);
    latents_path_ = path;
    forget_old_latents(path.parent_path());
}

Result<void> JobRunner::decode() {
    auto path = decode_once();
    if (!path && path.error().code == ErrorCode::kOutOfMemory && memory_.generator->is_loaded(Part::kTransformer)) {
        log::warning("decoding ran out of memory; trying again without the transformer and the text encoder");
        free_for(Part::kVae);
        path = decode_once();
    }
    if (!path) return path.error();
    output_path_ = *path;
    return {};
}

Result<fs::path> JobRunner::decode_once() {
    const auto& r = job_.resolved;
    progress_->begin(Stage::kDecode, 1 + (r.num_frames - 1) / static_cast<int>(job_.parts->vae_config.temporal_stride));
    STUDIO_TRY_VOID(load(Part::kVae));
    STUDIO_TRY(model, model_document(*job_.parts, memory_.hashes, stop_));
    media::VideoSettings settings;
    settings.width = r.width;
    settings.height = r.height;
    settings.fps = r.fps;
    settings.crf = r.request.crf;
    settings.threads = kEncoderThreads;
    settings.metadata = recipe_metadata(job_, recipe_document(job_, model, progress_->times()));
    // Only the standard folder: one that a person named and that has gone since may be a drive that is no longer there.
    if (job_.asked.output.empty()) STUDIO_TRY_VOID(make_output_folder(path_from_utf8(r.output_path)));
    STUDIO_TRY(writer, media::VideoWriter::open(path_from_utf8(r.output_path), settings));
    WatchedSink sink(*writer);
    STUDIO_TRY_VOID(memory_.generator->decode(sink, hooks()));
    progress_->end();
    if (sink.is_blank())
        notices_.push_back("Every pixel of the video has the same colour: the model or its settings do not fit.");
    progress_->begin(Stage::kSave, 1);
    if (stop_.stop_requested()) return cancelled();
    for (const auto& [key, value] : recipe_metadata(job_, recipe_document(job_, model, progress_->times())))
        writer->set_metadata(key, value);
    STUDIO_TRY(path, writer->finish());
    progress_->end();
    return path;
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

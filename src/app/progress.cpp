#include "app/progress.h"

#include <algorithm>
#include <numeric>

#include "pipeline/model_parts.h"
#include "pipeline/video_shape.h"

namespace studio {
namespace {

constexpr double kMinInterval_s = 0.05;
constexpr double kMinMeasured_s = 0.02;  // below this a rate is noise
/// What one core of a few years ago does; only for the proportions of a first job's bar, never for the time left.
constexpr StageWork kGuessedSecondsPerUnit = {1.0 / 1e9, 1.0 / 3e10, 1.0 / 3e10, 1.0 / 2e10, 1.0 / 5e7};
/// A convolution's operations take about this much longer than a linear layer's.
constexpr double kDecodeToDenoise = 1.5;

std::size_t index(Stage stage) {
    return static_cast<std::size_t>(stage);
}

double steady_seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Multiply-adds times two of one transformer call (spec: wan.md 10.2).
double denoise_operations(const checkpoint::DitConfig& dit, double tokens) {
    const double dim = static_cast<double>(dit.dim), layers = static_cast<double>(dit.num_layers);
    const double linear = 8 * dim * dim + 2 * dim * static_cast<double>(dit.ffn_dim);
    return layers * tokens * (2 * linear + 4 * tokens * dim);
}

/// One latent frame: about 45,000 operations per output pixel and squared base channel (spec: wan.md 4.2, all 3x3x3
/// convolutions of the decoder summed by level).
double decode_operations(const checkpoint::VaeConfig& vae, double pixels) {
    const double base = static_cast<double>(vae.decoder_base_dim), patch = static_cast<double>(vae.patch_size);
    return 3300.0 * base * base * pixels / (patch * patch);
}

}  // namespace

StageWork stage_work(const PreparedJob& job, bool needs_load, bool needs_text) {
    const auto& parts = *job.parts;
    const auto& r = job.resolved;
    StageWork work{};
    if (needs_load) work[index(Stage::kLoad)] = static_cast<double>(parts.weight_bytes);
    if (needs_text && parts.text_encoder)
        work[index(Stage::kText)] = 2.0 * 64 * static_cast<double>(pipeline::parameter_count(*parts.text_encoder));
    const auto latent = pipeline::latent_shape({r.width, r.height, r.num_frames}, parts.dit_config, parts.vae_config);
    if (!latent) return work;
    const bool is_guided = r.guidance != 1 || r.request.guidance_2.value_or(1) != 1;
    const double forwards = r.steps * (is_guided ? 2.0 : 1.0);
    work[index(Stage::kDenoise)] = forwards * denoise_operations(parts.dit_config, static_cast<double>(latent->tokens));
    const double pixels = double(r.width) * r.height;
    work[index(Stage::kDecode)] = static_cast<double>(latent->frames) * decode_operations(parts.vae_config, pixels);
    // An encoder is about as costly per frame as a decoder, but the costly resolutions run for few frames only.
    if (!r.request.image.empty())
        work[index(Stage::kImage)] =
            static_cast<double>(latent->frames) * decode_operations(parts.vae_config, pixels) / 3;
    work[index(Stage::kSave)] = pixels * r.num_frames / 10;  // most of encoding runs beside decoding
    return work;
}

void StageSpeeds::use(const std::string& key) {
    if (key == key_) return;
    key_ = key;
    seconds_per_unit_.fill(0);
}

void StageSpeeds::measured(Stage stage, double seconds, double work) {
    if (seconds > 0 && work > 0) seconds_per_unit_[index(stage)] = seconds / work;
}

std::optional<double> StageSpeeds::seconds(Stage stage, double work) const {
    if (work == 0) return 0.0;
    const double rate = seconds_per_unit_[index(stage)];
    return rate > 0 ? std::optional(rate * work) : std::nullopt;
}

ProgressTracker::ProgressTracker(JobId id, const StageWork& work, StageSpeeds& speeds, Emit emit, Clock clock)
    : id_(id),
      work_(work),
      speeds_(speeds),
      emit_(std::move(emit)),
      clock_(clock ? std::move(clock) : Clock(steady_seconds)) {
    start_ = now();
    for (std::size_t i = 0; i < kStages; ++i)
        weight_[i] = speeds_.seconds(static_cast<Stage>(i), work_[i]).value_or(work_[i] * kGuessedSecondsPerUnit[i]);
    const double sum = std::accumulate(weight_.begin(), weight_.end(), 0.0);
    for (double& weight : weight_)
        weight = sum > 0 ? weight / sum : 0;
}

void ProgressTracker::begin(Stage stage, int total) {
    stage_ = index(stage);
    total_ = total;
    stage_start_ = now();
    borrowed_ = 0;
    has_run_[stage_] = true;
    emit(0, 0);
}

void ProgressTracker::update(int done, double share) {
    if (now() - last_emit_ < kMinInterval_s) return;
    emit(done, share);
}

void ProgressTracker::end() {
    const double seconds = now() - stage_start_ - borrowed_;
    seconds_[stage_] += seconds;
    speeds_.measured(static_cast<Stage>(stage_), seconds, work_[stage_]);
    emit(total_, 1);
}

void ProgressTracker::add_time(Stage stage, double seconds) {
    seconds_[index(stage)] += seconds;
    has_run_[index(stage)] = true;
    borrowed_ += seconds;
}

const std::vector<StageTime> ProgressTracker::times() const {
    std::vector<StageTime> out;
    for (std::size_t i = 0; i < kStages; ++i)
        if (has_run_[i]) out.push_back({static_cast<Stage>(i), seconds_[i]});
    return out;
}

void ProgressTracker::emit(int done, double share) {
    double fraction = std::clamp(share, 0.0, 1.0) * weight_[stage_];
    for (std::size_t i = 0; i < stage_; ++i)
        fraction += weight_[i];
    const bool is_all = stage_ + 1 == kStages && share >= 1;  // exactly 1, whatever the sum of weights rounds to
    fraction_ = is_all ? 1 : std::clamp(fraction, fraction_, 1.0);
    last_emit_ = now();
    emit_({id_, static_cast<Stage>(stage_), done, total_, fraction_, elapsed_s(), left_s(share)});
}

std::optional<double> ProgressTracker::left_s(double share) const {
    const double spent = now() - stage_start_ - borrowed_;
    std::optional<double> here;
    if (share >= 1)
        here = 0;
    else if (share > 0 && spent >= kMinMeasured_s)
        here = spent * (1 - share) / share;
    else
        here = speeds_.seconds(static_cast<Stage>(stage_), work_[stage_]);
    if (!here) return std::nullopt;
    double sum = *here;
    for (std::size_t i = stage_ + 1; i < kStages; ++i) {
        std::optional<double> later = speeds_.seconds(static_cast<Stage>(i), work_[i]);
        // Nothing decoded yet in this process: this run's own denoising tells how fast the machine is.
        const bool is_denoising = stage_ == index(Stage::kDenoise) && share > 0;
        if (!later && is_denoising && i == index(Stage::kDecode))
            later = kDecodeToDenoise * spent / (share * work_[stage_]) * work_[i];
        if (!later && i == index(Stage::kSave)) later = 0;  // short, and beside decoding for the most part
        if (!later) return std::nullopt;
        sum += *later;
    }
    return sum;
}

}  // namespace studio

// The image stage of a job.
#include "app/image_setting.h"
#include "app/job_runner.h"
#include "pipeline/generator.h"

namespace studio {

Result<void> JobRunner::encode_image() {
    const auto& r = job_.resolved;
    if (r.request.image.empty()) return {};
    auto& generator = *memory_.generator;
    progress_->begin(Stage::kImage, 1);
    pipeline::ImageSettings settings;
    settings.shape = {r.width, r.height, r.num_frames};
    settings.fit = pipeline::image_fit(r.request.image_fit).value_or(pipeline::ImageFit::kFollow);
    STUDIO_TRY(image, load_image(r.request.image, r.request.image_sha256, "image", notices_));
    settings.image = std::move(image);
    if (!r.request.end_image.empty()) {
        STUDIO_TRY(end, load_image(r.request.end_image, r.request.end_image_sha256, "end_image", notices_));
        settings.end_image = std::move(end);
    }
    STUDIO_TRY_VOID(load(pipeline::Part::kVae));
    // Small beside everything else, but not needed again in this job.
    if (generator.needs_image_encoder() && !generator.is_loaded(pipeline::Part::kImageEncoder))
        STUDIO_TRY_VOID(generator.load(pipeline::Part::kImageEncoder));
    STUDIO_TRY_VOID(generator.encode_image(settings, hooks()));
    if (!keeps_all()) generator.release(pipeline::Part::kImageEncoder);
    progress_->end();
    return {};
}

}  // namespace studio

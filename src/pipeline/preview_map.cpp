#include "pipeline/preview_map.h"

#include "core/log.h"

namespace studio::pipeline {

namespace fs = std::filesystem;

const LatentRgb* PreviewMap::find(VideoPipeline& pipeline) {
    if (map_ || is_tried_) return map_ ? &*map_ : nullptr;
    const ModelParts& parts = pipeline.parts();
    const fs::path file = parts.folder.root / "preview.json";
    std::error_code ec;
    if (fs::exists(file, ec)) {
        is_tried_ = true;
        auto map = read_latent_rgb(file, parts.vae_config.z_dim);
        if (map)
            map_ = *std::move(map);
        else
            log::warning("no preview: {}", map.error().message);
    } else if (pipeline.has_vae()) {
        is_tried_ = true;
        map_ = fit_latent_rgb(parts.vae_config.z_dim, [&](const at::Tensor& z) {
            at::Tensor picture;
            pipeline.vae().decode(z, [&](const at::Tensor& frames) { picture = frames; });
            return picture;
        });
    }
    return map_ ? &*map_ : nullptr;
}

}  // namespace studio::pipeline

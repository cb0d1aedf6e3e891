// pipeline/preview_map.h - the map from latents to colours of the model in use, made when a preview first asks for it.
#pragma once
#include <optional>

#include "pipeline/latent_rgb.h"
#include "pipeline/video_pipeline.h"

namespace studio::pipeline {

class PreviewMap {
  public:
    /// preview.json of the model; without one a map fitted to the decoder, if that is loaded anyway; else null. A
    /// broken file costs the preview, not the video.
    const LatentRgb* find(VideoPipeline& pipeline);

  private:
    std::optional<LatentRgb> map_;
    bool is_tried_ = false;
};

}  // namespace studio::pipeline

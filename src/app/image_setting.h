// app/image_setting.h - the pictures of a request: found, looked at, and the video's size taken from them.
#pragma once
#include "app/generation_request.h"
#include "app/model_defaults.h"
#include "core/frame.h"

namespace studio {

namespace pipeline {
struct ModelParts;
struct ShapeRules;
}  // namespace pipeline

/// Make the paths absolute, note the hashes (a hash that is there already and differs is told: the image changed), and
/// decide an open width or height where the video follows the image. Nothing is decoded.
/// Sides that the person gave both stay when they have the image's shape to about a grid step, so that resolved
/// settings resolve to themselves; otherwise they tell the area only. One side given: the other follows. Errors   those
/// of image::read_still_info, with field "image" or "end_image".
Result<void> resolve_images(GenerationRequest& request, const pipeline::ModelParts& parts,
                            const ModelDefaults& defaults, const pipeline::ShapeRules& rules,
                            std::vector<std::string>& notices);

/// The pixels of a picture whose hash was noted.
/// Errors   those of image::read_still; InvalidArgument when the file is no longer the one that was looked at.
Result<Frame> load_image(const std::string& path, const std::string& sha256, const char* field,
                         std::vector<std::string>& notices);

}  // namespace studio

// convert/diffusers_config.h - config.json of each part as diffusers and transformers write it.
#pragma once
#include "checkpoint/configs.h"
#include "core/json.h"

namespace studio::convert {

Json diffusers_dit_config(const checkpoint::DitConfig& config);
Json diffusers_vae_config(const checkpoint::VaeConfig& config);
Json diffusers_umt5_config(const checkpoint::Umt5Config& config);
Json diffusers_clip_config(const checkpoint::ClipConfig& config);

}  // namespace studio::convert

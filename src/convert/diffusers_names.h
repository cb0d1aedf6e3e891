// convert/diffusers_names.h - official tensor names as diffusers and HF call them: the way back of checkpoint/names.h.
#pragma once
#include <string>
#include <string_view>

#include "checkpoint/configs.h"

namespace studio::convert {

// Names that are not known stay as they are, as checkpoint/names.h leaves them.   Source: spec wan.md 2.9, 3.4, 4.4, 5.
std::string diffusers_dit_name(std::string_view official);
std::string diffusers_umt5_name(std::string_view official);
/// visual.transformer.N.attn.to_qkv must have been split into attn.q, attn.k, attn.v before.
std::string diffusers_clip_name(std::string_view official);
std::string diffusers_vae_name(std::string_view official, const checkpoint::VaeConfig& config);

}  // namespace studio::convert

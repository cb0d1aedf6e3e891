// pipeline/published_parts.h - where a part that is missing is published: file, repository, size.
#pragma once
#include <string>
#include <string_view>

#include "pipeline/part_scan.h"

namespace studio::pipeline {

/// "Wan2.1_VAE.pth (508 MB) from huggingface.co/Wan-AI/Wan2.1-T2V-1.3B" for the part ("vae", "text_encoder",
/// "tokenizer", "image_encoder", "transformer", "transformer_2") that goes with this transformer; facts of an unknown
/// transformer may be empty.   Source: spec wan.md 1.4, 8.1, turbodiffusion.md 7.1.
std::string published_part(std::string_view part, const FoundPart& transformer);

}  // namespace studio::pipeline

// pipeline/loose_parts.h - a model from checkpoints that lie around: which transformer is meant, and what fits with it.
#pragma once
#include <filesystem>
#include <vector>

#include "core/result.h"
#include "pipeline/model_folder.h"
#include "pipeline/part_scan.h"

namespace studio::pipeline {

/// The transformer among files, and its other half where it is one of two experts. `here` may hold several only as such
/// a pair. Parts that are set already are left; what is known about the transformer goes to `known`.
/// Errors  NotFound: none; Unsupported: several that are no pair (all named), or a pair whose halves cannot be told.
Result<void> choose_transformers(const PartScan& here, ModelFolder& folder, FoundPart& known);

/// The other half of the transformer in `known` among `here`, if it is an expert. Sets transformer and transformer_2.
Result<void> find_other_expert(const PartScan& here, ModelFolder& folder, FoundPart& known);

/// Fill the parts that are still empty with what fits to `known`, from the first of the places that has it. Several
/// that fit: the one with the most bytes (the most exact), and a notice.
void fill_missing(const std::vector<PartScan>& places, const FoundPart& known, ModelFolder& folder);

}  // namespace studio::pipeline

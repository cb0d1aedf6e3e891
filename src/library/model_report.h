// library/model_report.h - facts about opened parts of a model, for `models check` and the window.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "checkpoint/recognise.h"
#include "core/json.h"
#include "core/result.h"
#include "pipeline/model_folder.h"
#include "pipeline/part_scan.h"

namespace studio {

using Shares = std::vector<std::pair<std::string, double>>;

/// Stored types with their share of the bytes, largest first. Scaled types carry their scheme: "F8_E4M3*scale".
Shares precision_shares(const std::vector<const checkpoint::Recognised*>& parts);

/// {"role","variant","layout","container","tensors","parameters","bytes","precision","precisions","path"}.
Json part_json(const checkpoint::Recognised& part);
/// Sizes of the network; also proves that every tensor it needs is there.   Errors: those of checkpoint/configs.h.
Result<Json> config_json(const checkpoint::Recognised& part);
/// Bytes of the files of a part on disk.
std::uint64_t file_bytes(const checkpoint::Recognised& part);

/// "video VAE", "diffusion transformer", "LoRA", ...
const char* role_title(checkpoint::Role role);
/// What goes with one part, by its sizes: "transformers with 16 latent channels: Wan2.1, Wan2.2 A14B".
std::vector<std::string> fits_of(const checkpoint::Recognised& part, const Json& config);
/// What a model around this part would still need, each with file name and place; `folder` tells what is there already.
std::vector<std::string> missing_of(const pipeline::ModelFolder& folder, const pipeline::FoundPart& transformer);
/// The same for a part that is no transformer.
std::vector<std::string> missing_around(const checkpoint::Recognised& part);

}  // namespace studio

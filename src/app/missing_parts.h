// app/missing_parts.h - what a recipe names and this computer does not have, or not any more as it was.
#pragma once
#include <string>
#include <vector>

#include "app/generation_request.h"

namespace studio {

struct MissingPart {
    std::string key;          // member of GenerationRequest: "model", "image", "end_image", "loras", "vae", ...
    std::string name;         // as the recipe says it: name of a model or a file
    std::string catalog_id;   // of the published model that it is; empty: none is known
    bool is_changed = false;  // it is there, but another file than when the video was made
};

/// Look for every file that the recipe's settings name. `document`: the whole recipe, for the model's name and hashes.
/// Cost     hashes the images.   Threads  any; blocking.
std::vector<MissingPart> missing_parts(const GenerationRequest& request, const Json& document);

}  // namespace studio

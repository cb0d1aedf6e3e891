// app/recipe.h - the document inside every MP4 that is enough to make it again.
#pragma once
#include <vector>

#include "app/events.h"
#include "app/resolve.h"
#include "library/model_hashes.h"

namespace studio {

/// The model's part of a recipe: {"name", "variant", "sha256", "files": [{"path", "bytes", "sha256"}]}, paths relative
/// to the model folder. Small models (64 MB) are hashed at once; of others only what is known already is told, and
/// "sha256" is null until then. Errors   Cancelled; NotFound and Io when a file vanished.
Result<Json> model_document(const pipeline::ModelParts& parts, ModelHashes& hashes, const std::stop_token& stop);

/// {"schema":1, "program", "version", "created", "ai_generated":true, "settings", "model", "run":{"device","precision",
/// "threads"}, "times":{stage: s}}, and "job" for a job of the queue, so that its video is known again after a crash.
/// `settings` names no output path, and the model as the person did (an absolute path
/// where they gave a path): a file that will be shared tells no more about this machine's folders than needed.
Json recipe_document(const PreparedJob& job, const Json& model, const std::vector<StageTime>& times);

/// Everything that goes into the container's metadata.
std::map<std::string, std::string> recipe_metadata(const PreparedJob& job, const Json& document);

}  // namespace studio

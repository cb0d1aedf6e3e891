// cli/generate_request.h - what `generate` was asked for: recipe first, then every option given.
#pragma once
#include <istream>
#include <string>
#include <vector>

#include "app/generation_request.h"
#include "cli/command.h"

namespace studio::cli {

struct GenerateRequest {
    GenerationRequest request;
    int count = 1;
    bool is_json = false;
    bool is_dry_run = false;
    std::vector<std::string> notices;
    std::string recipe_model_sha256;  // of the model that made the recipe; empty: no recipe, or it does not say
};

/// The model's hash that a recipe states, or "".
std::string model_sha256(const Json& recipe_document);

/// `standard_input` is read for the prompt "-" only.
/// Errors   InvalidArgument naming the setting; those of read_recipe().
Result<GenerateRequest> generate_request(const Invocation& invocation, std::istream& standard_input);

}  // namespace studio::cli

#include "cli/generate_request.h"

#include <fmt/format.h>

#include <limits>
#include <random>

#include "app/clip.h"
#include "app/model_defaults.h"
#include "app/preset_store.h"
#include "app/settings_table.h"
#include "core/text.h"

namespace studio::cli {
namespace {

constexpr std::int64_t kMaxCount = 10000;

Error both_given(const char* field, const char* one, const char* other) {
    return invalid_argument(field, fmt::format("{} and {} are both given.", one, other), "Give only one of the two.");
}

Result<std::string> read_prompt(std::istream& input) {
    std::string text(kMaxPromptBytes + 2, '\0');
    input.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(input.gcount()));
    if (text.ends_with('\n')) text.pop_back();
    if (text.size() > kMaxPromptBytes) {
        return invalid_argument("prompt",
                                fmt::format("The prompt on standard input is longer than {} bytes.", kMaxPromptBytes),
                                "Shorten it. A model reads about 400 words.");
    }
    return text;
}

Result<std::optional<std::string>> prompt_text(const Invocation& invocation, std::istream& input) {
    auto prompt = invocation.value("--prompt");
    if (!invocation.positionals.empty()) {
        if (prompt) return both_given("prompt", "--prompt", "a prompt without option");
        prompt = invocation.positionals.front();
    }
    if (prompt != "-") return prompt;
    STUDIO_TRY(text, read_prompt(input));
    return std::optional(std::move(text));
}

Result<int> count_of(const Invocation& invocation) {
    const auto text = invocation.value("--count");
    if (!text) return 1;
    const auto count = parse_int64(*text);
    if (!count || *count < 1 || *count > kMaxCount) {
        return invalid_argument("--count",
                                fmt::format("--count must be a whole number from 1 to {}, not '{}'.", kMaxCount,
                                            escape_for_display(*text, 60)),
                                "Give the number of videos to make.");
    }
    return static_cast<int>(*count);
}

/// Many videos need one known first seed, so that each can be made again.
Result<void> fix_seed(GenerateRequest& wish) {
    if (wish.count == 1) return {};
    if (wish.request.seed < 0) wish.request.seed = static_cast<std::int64_t>(std::random_device{}());
    if (wish.request.seed <= std::numeric_limits<std::int64_t>::max() - wish.count) return {};
    return invalid_argument(
        "seed",
        fmt::format("Seed {} leaves no room for {} videos: each takes the next seed.", wish.request.seed, wish.count),
        "Give a smaller --seed.");
}

Result<void> apply_recipe(const Invocation& invocation, GenerateRequest& wish) {
    const auto file = invocation.value("--recipe");
    if (!file) return {};
    STUDIO_TRY(recipe, read_recipe(path_from_utf8(*file)));
    wish.request = std::move(recipe.request);
    wish.recipe_model_sha256 = model_sha256(recipe.document);
    const auto aside = recipe.document.find("set_aside");
    if (aside == recipe.document.end() || !aside->is_array()) return {};
    std::string keys;
    for (const Json& key : *aside) {
        if (key.is_string()) keys += (keys.empty() ? "" : ", ") + escape_for_display(key.get<std::string>(), 60);
    }
    if (!keys.empty()) wish.notices.push_back(fmt::format("not used from the recipe: {}.", keys));
    return {};
}

/// What a preset means depends on the model.
Result<void> apply_named_preset(const Invocation& invocation, GenerateRequest& wish) {
    const auto name = invocation.value("--preset");
    if (!name) return {};
    STUDIO_TRY(path, find_model(invocation.value("--model").value_or(wish.request.model)));
    STUDIO_TRY(model, check_model(path));
    state_defaults(model);
    STUDIO_TRY(preset, find_preset(*name, model, PresetStore(PresetStore::default_path())));
    AppliedPreset applied = apply_preset(preset, model, wish.request);
    wish.request = std::move(applied.request);
    std::string keys;
    for (const std::string& key : applied.left_out)
        keys += (keys.empty() ? "" : ", ") + escape_for_display(key, 60);
    if (!keys.empty()) wish.notices.push_back(fmt::format("not used from the preset, the model cannot: {}.", keys));
    return {};
}

Result<void> apply_options(const Invocation& invocation, GenerateRequest& wish) {
    if (invocation.has("--frames") && invocation.has("--seconds"))
        return both_given("num_frames", "--frames", "--seconds");
    if (invocation.has("--size") && (invocation.has("--width") || invocation.has("--height"))) {
        return both_given("size", "--size", "--width or --height");
    }
    for (const Setting& setting : settings_table()) {
        if (setting.key == "prompt") continue;
        if (setting.is_list && invocation.has(setting.flag)) {
            STUDIO_TRY_VOID(set_from_text(wish.request, setting.key, ""));
            for (const std::string& text : invocation.list(setting.flag))
                STUDIO_TRY_VOID(set_from_text(wish.request, setting.key, text));
            continue;
        }
        if (const auto text = invocation.value(setting.flag))
            STUDIO_TRY_VOID(set_from_text(wish.request, setting.key, *text));
    }
    return {};
}

}  // namespace

std::string model_sha256(const Json& recipe_document) {
    const auto model = recipe_document.find("model");
    if (model == recipe_document.end() || !model->is_object()) return {};
    const auto hash = model->find("sha256");
    return hash != model->end() && hash->is_string() ? hash->get<std::string>() : std::string();
}

Result<GenerateRequest> generate_request(const Invocation& invocation, std::istream& standard_input) {
    GenerateRequest wish;
    wish.is_json = invocation.has("--json");
    wish.is_dry_run = invocation.has("--dry-run");
    STUDIO_TRY(count, count_of(invocation));
    wish.count = count;
    STUDIO_TRY_VOID(apply_recipe(invocation, wish));
    STUDIO_TRY_VOID(apply_named_preset(invocation, wish));
    STUDIO_TRY_VOID(apply_options(invocation, wish));
    STUDIO_TRY(prompt, prompt_text(invocation, standard_input));
    if (prompt) STUDIO_TRY_VOID(set_from_text(wish.request, "prompt", *prompt));
    if (!prompt && !invocation.has("--recipe")) {
        return invalid_argument("prompt", "No prompt is given.",
                                "Say what the video should show: generate \"a blue star spinning at night\".");
    }
    STUDIO_TRY_VOID(fix_seed(wish));
    STUDIO_TRY_VOID(check_ranges(wish.request));
    return wish;
}

}  // namespace studio::cli

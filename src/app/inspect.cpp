#include "app/inspect.h"

#include <fmt/format.h>

#include <cctype>

#include "app/recipe_file.h"
#include "core/text.h"
#include "media/video_reader.h"

namespace studio {
namespace fs = std::filesystem;
namespace {

/// Metadata comes from outside: shown as text that is certainly valid UTF-8.
std::string clean(const std::string& text) {
    return invalid_utf8_at(text) ? escape_for_display(text, 4096) : text;
}

bool is_mark(std::string_view key, std::string_view value) {
    if (key == "AIGC" || key == "aigc") return true;
    std::string lower;
    for (const char c : value)
        lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const bool is_text_key =
        key == "comment" || key == "description" || key == "digital_source_type" || key == "synopsis";
    return is_text_key && (lower.find("ai-generated") != std::string::npos ||
                           lower.find("trainedalgorithmicmedia") != std::string::npos);
}

Json video_json(const media::VideoInfo& info) {
    return {{"width", info.width},
            {"height", info.height},
            {"fps", info.fps},
            {"num_frames", info.num_frames},
            {"duration_s", info.duration_s},
            {"codec", info.codec},
            {"pixel_format", info.pixel_format},
            {"color_space", info.color_space}};
}

void add_recipe(Json document, const fs::path& path, Json& report) {
    auto recipe = recipe_from_document(document, path);
    if (!recipe.ok()) report["recipe_error"] = recipe.error().message;
    report["recipe"] = std::move(document);
}

void add_metadata(const media::VideoInfo& info, const fs::path& path, Json& report) {
    report["marks"] = Json::object();
    report["metadata"] = Json::object();
    report["recipe"] = nullptr;
    for (const auto& [key, value] : info.metadata) {
        if (key == "recipe") {
            auto document = parse_json(value, path_to_utf8(path));
            if (document.ok())
                add_recipe(std::move(*document), path, report);
            else
                report["recipe_error"] = document.error().message;
        } else {
            report[is_mark(key, value) ? "marks" : "metadata"][clean(key)] = clean(value);
        }
    }
    report["ai_generated"] = !report["marks"].empty();
}

}  // namespace

Result<Json> inspect_file(const fs::path& path) {
    STUDIO_TRY(container, recipe_container(path));
    std::error_code failed;
    Json report{{"file", clean(path_to_utf8(path))}, {"bytes", fs::file_size(path, failed)}};
    if (container == RecipeContainer::kJson) {
        report["kind"] = "recipe";
        STUDIO_TRY(document, read_recipe_document(path));
        STUDIO_TRY(recipe, recipe_from_document(document, path));
        report["recipe"] = std::move(document);
        return report;
    }
    STUDIO_TRY(info, media::probe_video(path));
    report["kind"] = "video";
    report["video"] = video_json(info);
    add_metadata(info, path, report);
    return report;
}

}  // namespace studio

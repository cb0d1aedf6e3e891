#include "app/recipe_file.h"

#include <fmt/format.h>

#include <array>
#include <fstream>

#include "core/files.h"
#include "core/text.h"
#include "media/video_reader.h"

namespace studio {
namespace fs = std::filesystem;
namespace {

Error no_recipe(const fs::path& path, const std::string& what) {
    return {ErrorCode::kUnsupported,
            fmt::format("There is no recipe inside {}: {}", escape_for_display(path_to_utf8(path), 300), what),
            path_to_utf8(path),
            "recipe",
            "Use an MP4 that this program made and no other program has rewritten, or its recipe as JSON.",
            {}};
}

std::string_view skip_space(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    const auto at = text.find_first_not_of(" \t\r\n");
    return at == std::string_view::npos ? std::string_view() : text.substr(at);
}

}  // namespace

Result<RecipeContainer> recipe_container(const fs::path& path) {
    STUDIO_TRY_VOID(require_regular_file(path));
    std::array<char, 512> start{};
    std::ifstream file(path, std::ios::binary);
    file.read(start.data(), start.size());
    const std::string_view head(start.data(), static_cast<std::size_t>(file.gcount()));
    if (file.bad() || !file.is_open()) {
        return Error{
            ErrorCode::kIo, "The file cannot be read.", path_to_utf8(path), {}, "Check that you may read it.", {}};
    }
    if (head.empty())
        return corrupt_file(path_to_utf8(path), {}, "The file is empty.", "Use a complete MP4 or recipe.");
    if (head.size() >= 12 && head.substr(4, 4) == "ftyp") return RecipeContainer::kVideo;
    const std::string_view kMatroska("\x1A\x45\xDF\xA3");
    if (head.starts_with(kMatroska) && head.find("webm") != std::string_view::npos) return RecipeContainer::kVideo;
    if (skip_space(head).starts_with("{")) return RecipeContainer::kJson;
    // safetensors: eight bytes of length, then JSON
    if (head.size() > 9 && head[8] == '{') {
        return no_recipe(path, "it is a model file. 'turbo-studio-cli models check' tells what it holds.");
    }
    if (head.starts_with("GIF8")) return no_recipe(path, "a GIF cannot carry one.");
    if (head.starts_with("\x89PNG")) return no_recipe(path, "it is a picture.");
    return no_recipe(path, "it is neither an MP4, a WebM nor JSON.");
}

Result<Json> read_recipe_document(const fs::path& path) {
    STUDIO_TRY(container, recipe_container(path));
    if (container == RecipeContainer::kJson) return read_json_file(path);
    STUDIO_TRY(info, media::probe_video(path));
    const auto recipe = info.metadata.find("recipe");
    if (recipe == info.metadata.end()) return no_recipe(path, "the video carries none.");
    return parse_json(recipe->second, path_to_utf8(path));
}

}  // namespace studio

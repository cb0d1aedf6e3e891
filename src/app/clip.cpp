// Results back from disk. Both readers treat their file as somebody else's: bounded, checked, never trusted with a
// path.
#include "app/clip.h"

#include <fmt/format.h>

#include <algorithm>

#include "library/models.h"
#include "app/recipe_file.h"
#include "core/text.h"
#include "media/video_reader.h"

namespace studio {
namespace fs = std::filesystem;
namespace {

class CollectFrames final : public FrameSink {
  public:
    CollectFrames(const fs::path& path, std::uint64_t max_bytes) : path_(path), max_bytes_(max_bytes) {}
    Result<void> push(Frame frame) override {
        bytes_ += frame.rgb.size();
        if (bytes_ > max_bytes_) return too_large(path_, bytes_, max_bytes_);
        frames_.push_back(std::move(frame));
        return {};
    }
    static Error too_large(const fs::path& path, std::uint64_t bytes, std::uint64_t max_bytes) {
        return {ErrorCode::kUnsupported,
                fmt::format("The video needs at least {} once decoded; the player's limit is {}.", format_bytes(bytes),
                            format_bytes(max_bytes)),
                path_to_utf8(path),
                {},
                "Open it in a video player instead.",
                {}};
    }
    std::vector<Frame> take() { return std::move(frames_); }

  private:
    fs::path path_;
    std::uint64_t max_bytes_;
    std::uint64_t bytes_ = 0;
    std::vector<Frame> frames_;
};

/// A server address in a file from elsewhere would make the program connect to it.
bool is_network_path(std::string_view text) {
    return text.starts_with("\\\\") || text.starts_with("//") || text.find("://") != std::string_view::npos;
}

/// Keys that this version does not know go to document["set_aside"], so that a recipe of a neighbour version still
/// works.
Json known_settings(const Json& settings, Json& document) {
    Json kept = Json::object();
    Json aside = Json::array();
    for (const auto& [key, value] : settings.items()) {
        if (GenerationRequest::has_key(key))
            kept[key] = value;
        else
            aside.push_back(key);
    }
    if (!aside.empty()) document["set_aside"] = std::move(aside);
    return kept;
}

/// Every other file that the settings name.
void set_network_paths_aside(GenerationRequest& request, Json& document) {
    const auto check = [&](const char* key, std::string& path) {
        if (!is_network_path(path)) return;
        path.clear();
        document["set_aside"].push_back(key);
    };
    check("image", request.image);
    check("end_image", request.end_image);
    check("vae", request.vae);
    check("text_encoder", request.text_encoder);
    check("tokenizer", request.tokenizer);
    check("transformer_2", request.transformer_2);
    check("image_encoder", request.image_encoder);
    check("latents", request.latents);
    if (std::erase_if(request.loras, [](const LoraSetting& lora) { return is_network_path(lora.path); }) > 0)
        document["set_aside"].push_back("loras");
}

/// The model of a recipe is where it was made, which may be another machine: then a model of that name here.
std::string local_model(const std::string& stored, const Json& document) {
    if (is_network_path(stored)) return {};
    std::error_code ignored;
    if (stored.empty() || fs::exists(path_from_utf8(stored), ignored)) return stored;
    const auto model = document.find("model");
    if (model == document.end() || !model->is_object()) return stored;
    const auto name = model->find("name");
    if (name == model->end() || !name->is_string() || is_network_path(name->get<std::string>())) return stored;
    const auto found = find_model(name->get<std::string>());
    return found.ok() ? path_to_utf8(*found) : stored;
}

}  // namespace

Result<Clip> read_clip(const fs::path& path, std::uint64_t max_bytes) {
    STUDIO_TRY(info, media::probe_video(path));
    const auto picture = static_cast<std::uint64_t>(info.width) * static_cast<std::uint64_t>(info.height) * 3;
    const auto count = static_cast<std::uint64_t>(std::max<std::int64_t>(info.num_frames, 1));
    if (picture > max_bytes || count > max_bytes / std::max<std::uint64_t>(picture, 1)) {
        return CollectFrames::too_large(
            path, picture > max_bytes ? picture : picture * std::min(count, max_bytes / picture + 1), max_bytes);
    }
    CollectFrames sink(path, max_bytes);
    STUDIO_TRY(read, media::read_video(path, sink));
    Clip clip;
    clip.fps = read.fps;
    clip.frames = sink.take();
    if (clip.frames.empty()) {
        return corrupt_file(path_to_utf8(path), {}, "The video holds no picture.",
                            "Make it again, or open another file.");
    }
    return clip;
}

Result<Clip> read_poster(const fs::path& path) {
    /// Takes one frame and ends the reading there.
    class FirstFrame final : public FrameSink {
      public:
        Result<void> push(Frame frame) override {
            frames.push_back(std::move(frame));
            return cancelled();
        }
        std::vector<Frame> frames;
    } sink;
    const auto read = media::read_video(path, sink);
    if (!sink.frames.empty()) return Clip{1, std::move(sink.frames)};
    if (!read.ok()) return read.error();
    return corrupt_file(path_to_utf8(path), {}, "The video holds no picture.", "Make it again, or open another file.");
}

Result<Frame> read_last_frame(const fs::path& path) {
    class LastFrame final : public FrameSink {
      public:
        Result<void> push(Frame frame) override {
            last = std::move(frame);
            return {};
        }
        Frame last;
    } sink;
    STUDIO_TRY(info, media::read_video(path, sink));
    static_cast<void>(info);
    if (!sink.last.rgb.empty()) return std::move(sink.last);
    return corrupt_file(path_to_utf8(path), {}, "The video holds no picture.", "Make it again, or open another file.");
}

Result<Recipe> read_recipe(const fs::path& path) {
    STUDIO_TRY(document, read_recipe_document(path));
    STUDIO_TRY(recipe, recipe_from_document(std::move(document), path));
    recipe.missing = missing_parts(recipe.request, recipe.document);
    return recipe;
}

Result<Recipe> recipe_from_document(Json document, const fs::path& path) {
    const std::string file = path_to_utf8(path);
    if (!document.is_object()) {
        return corrupt_file(file, {}, "The recipe is not a JSON object.",
                            "Use an MP4 or a recipe that this program made.");
    }
    const bool is_wrapped = document.contains("settings");
    const Json settings = is_wrapped ? document["settings"] : document;
    if (!settings.is_object()) {
        return corrupt_file(file, "settings", "The recipe's \"settings\" are not a JSON object.",
                            "Use an MP4 or a recipe that this program made.");
    }
    const Json kept = known_settings(settings, document);
    auto request = GenerationRequest::from_json(kept);
    if (!request.ok()) return std::move(request.error().in_file(file)).while_doing("reading the recipe");
    Recipe recipe;
    recipe.request = std::move(*request);
    recipe.request.output.clear();  // where to write is decided here and now, never by a file from elsewhere
    if (is_network_path(recipe.request.model)) document["set_aside"].push_back("model");
    set_network_paths_aside(recipe.request, document);
    recipe.request.model = local_model(recipe.request.model, document);
    if (recipe.request.num_frames) recipe.request.seconds.reset();
    recipe.document = std::move(document);
    return recipe;
}

}  // namespace studio

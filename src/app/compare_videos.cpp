#include "app/compare_videos.h"

#include <span>

#include "app/clip.h"
#include "app/recipe.h"
#include "app/resolve.h"
#include "core/version.h"
#include "io/sha256.h"
#include "media/video_reader.h"

namespace studio {
namespace fs = std::filesystem;
namespace {

/// Keeps a hash of every frame and nothing else.
class HashFrames final : public FrameSink {
  public:
    explicit HashFrames(const std::stop_token& stop) : stop_(stop) {}
    Result<void> push(Frame frame) override {
        if (stop_.stop_requested()) return cancelled();
        io::Sha256 hash;
        const std::int32_t size[] = {frame.width, frame.height};  // 2x8 and 4x4 pixels of one colour are not the same
        hash.update(std::as_bytes(std::span(size)));
        hash.update(std::as_bytes(std::span(frame.rgb)));
        hashes.push_back(hash.finish());
        return {};
    }
    std::vector<std::string> hashes;

  private:
    const std::stop_token& stop_;
};

Result<std::vector<std::string>> frame_hashes(const fs::path& video, const std::stop_token& stop) {
    HashFrames sink(stop);
    STUDIO_TRY(info, media::read_video(video, sink));
    static_cast<void>(info);
    return std::move(sink.hashes);
}

/// The text at document[section][key] (section empty: document[key]), or "".
std::string text_at(const Json& document, const char* section, const char* key) {
    const auto part = document.find(section);
    if (part == document.end() || !part->is_object()) return {};
    const auto value = part->find(key);
    return value != part->end() && value->is_string() ? value->get<std::string>() : std::string();
}

void compare(std::vector<RecipeDifference>& found, RecipeDifference::What what, const std::string& then,
             const std::string& now) {
    if (!then.empty() && !now.empty() && then != now) found.push_back({what, then, now});
}

}  // namespace

Result<VideoComparison> compare_videos(const fs::path& a, const fs::path& b, const std::stop_token& stop) {
    STUDIO_TRY(first, frame_hashes(a, stop));
    STUDIO_TRY(second, frame_hashes(b, stop));
    VideoComparison result;
    result.frames_a = static_cast<int>(first.size());
    result.frames_b = static_cast<int>(second.size());
    const std::size_t common = std::min(first.size(), second.size());
    for (std::size_t i = 0; i < std::max(first.size(), second.size()) && !result.first_difference; ++i)
        if (i >= common || first[i] != second[i]) result.first_difference = static_cast<int>(i);
    result.hashes = std::move(first);
    return result;
}

Result<std::vector<RecipeDifference>> recipe_differences(const fs::path& video) {
    using What = RecipeDifference::What;
    STUDIO_TRY(recipe, read_recipe(video));
    std::vector<RecipeDifference> found;
    const auto version = recipe.document.find("version");
    if (version != recipe.document.end() && version->is_string())
        compare(found, What::kProgramVersion, version->get<std::string>(), kVersion);
    GenerationRequest request = recipe.request;
    request.precision = request.device = "auto";  // what this machine would choose
    const auto prepared = prepare_job(request, shared_models());
    if (!prepared.ok()) {
        if (prepared.error().code != ErrorCode::kNotFound) return prepared.error();
        found.push_back({What::kModelMissing, text_at(recipe.document, "model", "name"), {}});
        return found;
    }
    ModelHashes hashes;
    STUDIO_TRY(model, model_document(*prepared->parts, hashes, {}));
    const auto sha256 = model.find("sha256");
    compare(found, What::kModelFiles, text_at(recipe.document, "model", "sha256"),
            sha256 != model.end() && sha256->is_string() ? sha256->get<std::string>() : std::string());
    compare(found, What::kDevice, text_at(recipe.document, "run", "device"), prepared->resolved.device);
    compare(found, What::kPrecision, text_at(recipe.document, "run", "precision"), prepared->resolved.precision);
    return found;
}

}  // namespace studio

#include "app/latents_file.h"

#include "app/latents_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "core/platform.h"
#include "core/text.h"
#include "io/checkpoint.h"
#include "pipeline/model_parts.h"
#include "pipeline/video_shape.h"

namespace studio {
namespace fs = std::filesystem;
namespace {

fs::path latents_folder() {
    return platform::user_state_dir() / "latents";
}

Error no_latents(const fs::path& path, const std::string& why) {
    return Error{
        ErrorCode::kUnsupported,
        fmt::format("{} holds no latents that can be decoded: {}", escape_for_display(path_to_utf8(path), 300), why),
        path_to_utf8(path),
        "latents",
        "Give the file that a failed job named, from the folder 'latents' of this program's state.",
        {}};
}

std::string text_at(const Json& object, const char* key) {
    const auto it = object.is_object() ? object.find(key) : object.end();
    return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

Error other_model(const std::string& message, ErrorCode code) {
    return Error{
        code, message, {}, "model", "Decode with the model that the latents were made with, from where it was then.",
        {}};
}

/// The entry of the file that `wanted` names.
const Json* same_file(const Json& model, const std::string& path) {
    const auto files = model.find("files");
    if (files == model.end() || !files->is_array()) return nullptr;
    for (const Json& file : *files)
        if (text_at(file, "path") == path) return &file;
    return nullptr;
}

}  // namespace

fs::path new_latents_path(JobId id) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto stamp = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
    return latents_folder() / fmt::format("{}-{}.safetensors", stamp, id);
}

bool is_kept_by_us(const fs::path& latents) {
    std::error_code ec;
    return fs::equivalent(latents.parent_path(), latents_folder(), ec);
}

void forget_old_latents(const fs::path& folder) {
    constexpr std::size_t kKept = 20;
    std::vector<std::pair<fs::file_time_type, fs::path>> files;
    std::error_code ec;
    for (fs::directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec)) {
        std::error_code ignored;
        if (it->path().extension() == ".safetensors") files.emplace_back(it->last_write_time(ignored), it->path());
    }
    std::sort(files.rbegin(), files.rend());
    for (std::size_t i = kKept; i < files.size(); ++i)
        fs::remove(files[i].second, ec);
}

std::map<std::string, std::string> latents_metadata(const PreparedJob& job, const Json& recipe) {
    GenerationRequest request = job.resolved.request;
    request.output = job.asked.output;
    request.threads = job.resolved.threads;
    return {{"recipe", recipe.dump()}, {"request", request.to_json().dump()}};
}

Result<LatentsFile> read_latents_file(const fs::path& path) {
    STUDIO_TRY(file, io::Checkpoint::open(path));
    const io::TensorInfo* tensor = file->find("latents");
    if (tensor == nullptr || tensor->dtype != io::DType::kF32 || tensor->shape.size() != 5 || tensor->shape[0] != 1)
        return no_latents(path, "it has no tensor \"latents\" of five dimensions.");
    LatentsFile out;
    std::copy_n(tensor->shape.begin(), 5, out.shape.begin());
    const auto& metadata = file->metadata();
    const auto recipe = metadata.find("recipe"), request = metadata.find("request");
    if (recipe == metadata.end() || request == metadata.end())
        return no_latents(path, "it does not say how they were made.");
    STUDIO_TRY(recipe_json, parse_json(recipe->second, path_to_utf8(path)));
    STUDIO_TRY(request_json, parse_json(request->second, path_to_utf8(path)));
    auto parsed = GenerationRequest::from_json(request_json);
    if (!parsed) return std::move(parsed.error().in_file(path_to_utf8(path)));
    out.request = *std::move(parsed);
    std::error_code ec;
    const fs::path absolute = fs::absolute(path, ec);
    out.request.latents = path_to_utf8(ec ? path : absolute);
    out.recipe = std::move(recipe_json);
    return out;
}

Result<GenerationRequest> latents_request(const fs::path& latents) {
    STUDIO_TRY(file, read_latents_file(latents));
    return std::move(file.request);
}

Result<void> check_latents_shape(const LatentsFile& file, const PreparedJob& job) {
    const auto& r = job.resolved.request;
    STUDIO_TRY(latent, pipeline::latent_shape({*r.width, *r.height, *r.num_frames}, job.parts->dit_config,
                                              job.parts->vae_config));
    const std::array<std::int64_t, 5> wanted{1, latent.channels, latent.frames, latent.height, latent.width};
    if (file.shape == wanted) return {};
    Error error = invalid_argument(
        "latents",
        fmt::format("The latents have the shape {}; a video of {}x{} with {} frames of this model needs {}.",
                    fmt::join(file.shape, " x "), *r.width, *r.height, *r.num_frames, fmt::join(wanted, " x ")),
        "Use the size, the number of frames and the model that they were made with.");
    error.file = r.latents;
    return error;
}

Result<void> check_latents_model(const LatentsFile& file, const Json& model) {
    const auto made_with = file.recipe.find("model");
    if (made_with == file.recipe.end() || !made_with->is_object()) return {};
    const auto files = made_with->find("files");
    if (files == made_with->end() || !files->is_array()) return {};
    for (const Json& then : *files) {
        const std::string path = text_at(then, "path");
        const Json* now = same_file(model, path);
        if (now == nullptr)
            return other_model(fmt::format("The latents were made with the model \"{}\", whose file {} this one lacks.",
                                           escape_for_display(text_at(*made_with, "name")), escape_for_display(path)),
                               ErrorCode::kNotFound);
        const std::string hash_then = text_at(then, "sha256"), hash_now = text_at(*now, "sha256");
        const bool is_other = then.value("bytes", Json()) != now->value("bytes", Json()) ||
                              (!hash_then.empty() && !hash_now.empty() && hash_then != hash_now);
        if (is_other)
            return other_model(
                fmt::format("The latents were made with another model: its file {} has another content now.",
                            escape_for_display(path)),
                ErrorCode::kUnsupported);
    }
    return {};
}

}  // namespace studio

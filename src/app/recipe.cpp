#include "app/recipe.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <span>

#include "core/text.h"
#include "core/version.h"
#include "io/sha256.h"
#include "media/marks.h"
#include "pipeline/model_parts.h"

namespace studio {
namespace {

namespace fs = std::filesystem;
constexpr std::uintmax_t kHashAtOnceBytes = 64u << 20;

std::string hash_of_text(const std::string& text) {
    return io::sha256_hex(std::as_bytes(std::span(text.data(), text.size())));
}

std::string relative_name(const fs::path& file, const fs::path& root) {
    const fs::path relative = file.lexically_relative(root);
    const bool is_inside = !relative.empty() && *relative.begin() != "..";
    return path_to_utf8(is_inside ? relative : file.filename());
}

/// A catalogue name finds the model on other machines too; a path must be absolute to be found again at all.
std::string portable_model(const PreparedJob& job) {
    const std::string& asked = job.asked.model;
    const bool is_path = asked.find('/') != std::string::npos || asked.find('\\') != std::string::npos;
    return is_path ? job.resolved.request.model : asked;
}

}  // namespace

Result<Json> model_document(const pipeline::ModelParts& parts, ModelHashes& hashes, const std::stop_token& stop) {
    std::uintmax_t total = 0;
    std::error_code ec;
    for (const fs::path& file : parts.files)
        total += fs::file_size(file, ec);
    const bool is_small = !ec && total <= kHashAtOnceBytes;
    Json files = Json::array();
    std::string all;
    bool is_complete = true;
    for (const fs::path& file : parts.files) {
        const std::string name = relative_name(file, parts.folder.root);
        Json entry = {{"path", name}, {"bytes", fs::file_size(file, ec)}, {"sha256", nullptr}};
        std::optional<std::string> sha256 = hashes.known(file);
        if (!sha256 && is_small) {
            STUDIO_TRY(computed, hashes.hash(file, stop));
            sha256 = std::move(computed);
        }
        if (sha256) {
            entry["sha256"] = *sha256;
            all += fmt::format("{}  {}\n", *sha256, name);
        } else {
            is_complete = false;
        }
        files.push_back(std::move(entry));
    }
    Json document = {
        {"name", parts.folder.name}, {"variant", parts.variant}, {"sha256", nullptr}, {"files", std::move(files)}};
    if (is_complete)
        document["sha256"] = hash_of_text(all);
    else
        document["sha256_note"] = "The model's files had not been hashed yet when this video was made.";
    return document;
}

Json recipe_document(const PreparedJob& job, const Json& model, const std::vector<StageTime>& times) {
    GenerationRequest settings = job.resolved.request;
    settings.model = portable_model(job);
    settings.output.clear();
    settings.name_pattern.clear();
    settings.metadata = "keep";
    settings.threads = job.asked.threads;
    settings.group.clear();
    settings.job.clear();
    settings.latents.clear();
    settings.ram_limit = settings.vram_limit = 0;  // of the machine, not of the video
    Json seconds = Json::object();
    for (const StageTime& time : times)
        seconds[std::string(to_string(time.stage))] =
            static_cast<double>(static_cast<std::int64_t>(time.seconds * 1000)) / 1000;
    Json document = {
        {"schema", 1},
        {"program", kProgramName},
        {"version", kVersion},
        {"created", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)))},
        {"ai_generated", true},
        {"settings", settings.to_json()},
        {"model", model},
        {"run",
         {{"device", job.resolved.device}, {"precision", job.resolved.precision}, {"threads", job.resolved.threads}}},
        {"times", std::move(seconds)}};
    if (!job.asked.job.empty()) document["job"] = job.asked.job;
    return document;
}

/// What stays when settings are not to be in the file: who made it, and the queue's own mark, a random number.
Json stripped(const Json& document) {
    Json out = {{"schema", document.at("schema")},
                {"program", document.at("program")},
                {"version", document.at("version")},
                {"ai_generated", true}};
    if (const auto job = document.find("job"); job != document.end()) out["job"] = *job;
    return out;
}

std::map<std::string, std::string> recipe_metadata(const PreparedJob& job, const Json& whole) {
    const bool is_stripped = job.resolved.request.metadata == "strip";
    const Json document = is_stripped ? stripped(whole) : whole;
    media::MarkInput input;
    input.program = kProgramName;
    input.version = kVersion;
    if (!is_stripped) input.model = job.resolved.model_name;
    input.recipe_json = document.dump();
    input.produce_id = hash_of_text(whole.dump()).substr(0, 32);
    return media::standard_marks(input);
}

}  // namespace studio

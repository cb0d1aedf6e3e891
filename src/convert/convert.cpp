#include "convert/convert.h"

#include <fmt/format.h>

#include <algorithm>

#include "checkpoint/configs.h"
#include "convert/diffusers_config.h"
#include "convert/plan.h"
#include "core/disk_space.h"
#include "core/files.h"
#include "core/json.h"
#include "core/text.h"
#include "core/version.h"
#include "io/atomic_file.h"
#include "io/new_folder.h"

namespace studio::convert {
namespace fs = std::filesystem;
namespace {

using checkpoint::Recognised;
using checkpoint::Role;

constexpr std::uint64_t kReserve = 64u << 20;
constexpr std::uint64_t kReportEvery = 16u << 20;
constexpr std::uint64_t kPage = 4096;

Error already_there(const fs::path& target) {
    return invalid_argument("DST", fmt::format("{} exists already.", escape_for_display(path_to_utf8(target), 1000)),
                            "Choose another name, or move it away.");
}

/// config.json of the part. Sizes are proved against the tensors on the way.
Result<Json> config_of(const Recognised& part) {
    if (part.role == Role::kDit) {
        STUDIO_TRY(config, checkpoint::dit_config(part));
        return diffusers_dit_config(config);
    }
    if (part.role == Role::kVae) {
        STUDIO_TRY(config, checkpoint::vae_config(part));
        return diffusers_vae_config(config);
    }
    if (part.role == Role::kTextEncoder) {
        STUDIO_TRY(config, checkpoint::umt5_config(part));
        return diffusers_umt5_config(config);
    }
    STUDIO_TRY(config, checkpoint::clip_config(part));
    return diffusers_clip_config(config);
}

/// A file alone says nothing about heads; without config.json they are taken as 128 wide, as all published ones are.
Result<void> require_plain_heads(const Recognised& part) {
    if (part.role != Role::kDit) return {};
    STUDIO_TRY(config, checkpoint::dit_config(part));
    if (config.head_dim == 128) return {};
    return invalid_argument(
        "DST", fmt::format("This transformer has heads of {}, which a single file cannot say.", config.head_dim),
        "Give a folder instead of a .safetensors file: it gets a config.json, too.");
}

class Conversion {
  public:
    Conversion(const Recognised& part, const Options& options, const Report& report, const std::stop_token& stop)
        : part_(part), options_(options), report_(report), stop_(stop), tick_([this](std::uint64_t bytes) {
              return tick(bytes);
          }) {}

    Result<Written> run(const fs::path& target);

  private:
    Result<void> tick(std::uint64_t bytes);
    Result<void> write_file(const fs::path& file, std::span<const OutTensor> tensors);
    Result<void> write_folder(const fs::path& target, bool has_shards);
    Result<void> write_shards(const fs::path& folder, const std::string& stem);
    Result<void> write_json(const fs::path& file, const Json& json);

    const Recognised& part_;
    const Options& options_;
    const Report& report_;
    const std::stop_token stop_;
    const Tick tick_;
    Plan plan_;
    Progress progress_;
    std::uint64_t reported_ = 0;
    Written written_;
};

Result<void> Conversion::tick(std::uint64_t bytes) {
    if (stop_.stop_requested()) return cancelled();
    progress_.bytes += bytes;
    if (progress_.bytes - reported_ >= kReportEvery || progress_.bytes == progress_.total) {
        reported_ = progress_.bytes;
        report_(progress_);
    }
    return {};
}

Result<void> Conversion::write_file(const fs::path& file, std::span<const OutTensor> tensors) {
    progress_.file = path_to_utf8(file.filename());
    const std::map<std::string, std::string> metadata{{"format", "pt"},
                                                      {"converted_by", fmt::format("{} {}", kProgramName, kVersion)}};
    STUDIO_TRY_VOID(write_stream(file, tensors, kPage, metadata));
    written_.files.push_back(file);
    return {};
}

Result<void> Conversion::write_json(const fs::path& file, const Json& json) {
    STUDIO_TRY_VOID(io::write_text_file(file, json.dump(2) + "\n"));
    written_.files.push_back(file);
    return {};
}

Result<void> Conversion::write_shards(const fs::path& folder, const std::string& stem) {
    std::vector<std::size_t> starts{0};
    std::uint64_t reached = 0;
    for (std::size_t i = 0; i < plan_.tensors.size(); ++i) {
        if (reached > 0 && reached + plan_.tensors[i].bytes() > options_.shard_bytes) {
            starts.push_back(i);
            reached = 0;
        }
        reached += plan_.tensors[i].bytes();
    }
    if (starts.size() == 1) return write_file(folder / (stem + ".safetensors"), plan_.tensors);
    Json names = Json::object();
    for (std::size_t shard = 0; shard < starts.size(); ++shard) {
        const std::size_t end = shard + 1 < starts.size() ? starts[shard + 1] : plan_.tensors.size();
        const std::string name = fmt::format("{}-{:05}-of-{:05}.safetensors", stem, shard + 1, starts.size());
        const auto tensors = std::span(plan_.tensors).subspan(starts[shard], end - starts[shard]);
        for (const OutTensor& tensor : tensors)
            names[tensor.name] = name;
        STUDIO_TRY_VOID(write_file(folder / name, tensors));
    }
    return write_json(folder / (stem + ".safetensors.index.json"),
                      {{"metadata", {{"total_size", progress_.total}}}, {"weight_map", std::move(names)}});
}

Result<void> Conversion::write_folder(const fs::path& target, bool has_shards) {
    STUDIO_TRY(config, config_of(part_));
    STUDIO_TRY(folder, io::NewFolder::create(target));
    const bool is_hf = part_.role == Role::kTextEncoder || part_.role == Role::kClip;
    const std::string stem = is_hf ? "model" : "diffusion_pytorch_model";
    if (has_shards)
        STUDIO_TRY_VOID(write_shards(folder.path(), stem));
    else
        STUDIO_TRY_VOID(write_file(folder.path() / (stem + ".safetensors"), plan_.tensors));
    STUDIO_TRY_VOID(write_json(folder.path() / "config.json", config));
    // Another program may have changed the source while it was read.
    STUDIO_TRY_VOID(part_.checkpoint->verify_unchanged());
    STUDIO_TRY(is_placed, folder.commit());
    if (!is_placed) return already_there(target);
    for (fs::path& file : written_.files)
        file = target / file.filename();
    return {};
}

Result<Written> Conversion::run(const fs::path& given) {
    std::error_code ignored;
    const fs::path absolute = fs::absolute(given, ignored).lexically_normal();
    const fs::path target = absolute.has_filename() ? absolute : absolute.parent_path();
    if (is_taken(target)) return already_there(target);
    STUDIO_TRY(plan, make_plan(part_, options_, tick_));
    plan_ = std::move(plan);
    for (const OutTensor& tensor : plan_.tensors)
        progress_.total += tensor.bytes();
    STUDIO_TRY_VOID(require_disk_space(target, progress_.total, kReserve));
    if (options_.form == Form::kDiffusers) {
        STUDIO_TRY_VOID(write_folder(target, true));
    } else if (target.extension() == ".safetensors") {
        STUDIO_TRY_VOID(config_of(part_));
        STUDIO_TRY_VOID(require_plain_heads(part_));
        STUDIO_TRY_VOID(write_file(target, plan_.tensors));
    } else if (!target.extension().empty() &&
               (target.extension() == ".pth" || target.extension() == ".gguf" || target.extension() == ".pt")) {
        return invalid_argument("DST", "Only .safetensors files are written.",
                                "Let the name end in .safetensors, or give a folder.");
    } else {
        STUDIO_TRY_VOID(write_folder(target, false));
    }
    written_.bytes = progress_.total;
    written_.tensors = plan_.tensors.size();
    written_.changed = plan_.changed;
    written_.quantised = plan_.quantised;
    return std::move(written_);
}

}  // namespace

Result<Written> convert_part(const Recognised& part, const fs::path& target, const Options& options,
                             const Report& report, const std::stop_token& stop) {
    try {
        return Conversion(part, options, report, stop).run(target);
    } catch (const Failure& failure) {
        return failure.error();
    }
}

}  // namespace studio::convert

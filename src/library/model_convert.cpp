#include "library/model_convert.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "checkpoint/configs.h"
#include "convert/convert.h"
#include "core/text.h"
#include "io/atomic_file.h"
#include "io/new_folder.h"
#include "library/copy_files.h"
#include "library/model_manifest.h"
#include "library/models.h"
#include "pipeline/model_folder.h"

namespace studio {
namespace fs = std::filesystem;
namespace {

using checkpoint::Recognised;
using checkpoint::Role;

Result<convert::Options> read_options(const ConvertRequest& request) {
    convert::Options options;
    options.shard_bytes = request.shard_bytes;
    if (request.form == "diffusers")
        options.form = convert::Form::kDiffusers;
    else if (request.form == "w8a8")
        options.form = convert::Form::kW8A8;
    else if (request.form == "blocks")
        options.form = convert::Form::kBlocks;
    else
        return invalid_argument("--to",
                                request.form.empty() ? "It is not said what to convert to."
                                                     : fmt::format("'{}' is no form that models are converted to.",
                                                                   escape_for_display(request.form, 60)),
                                "Give --to diffusers, --to w8a8 or --to blocks.");
    if (request.dtype == "bf16")
        options.dtype = io::DType::kBF16;
    else if (request.dtype == "f16")
        options.dtype = io::DType::kF16;
    else if (request.dtype == "f32")
        options.dtype = io::DType::kF32;
    else if (!request.dtype.empty())
        return invalid_argument(
            "--dtype",
            fmt::format("'{}' is no type that weights are written as.", escape_for_display(request.dtype, 60)),
            "Give bf16, f16 or f32, or leave --dtype out.");
    return options;
}

/// convert's progress of one part as the program's, with a rate.
class PartProgress {
  public:
    PartProgress(const StoreReport& report, std::size_t files)
        : report_(report), start_(std::chrono::steady_clock::now()) {
        progress_.action = "converting";
        progress_.files = files;
    }
    convert::Report callback() {
        return [this](const convert::Progress& part) { update(part); };
    }
    void next() {
        done_before_ += last_total_;
        last_total_ = 0;
        ++progress_.files_done;
    }

  private:
    void update(const convert::Progress& part) {
        last_total_ = part.total;
        progress_.bytes = done_before_ + part.bytes;
        progress_.total = progress_.files == 1 ? part.total : 0;
        progress_.current = part.file;
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
        progress_.bytes_per_second = seconds > 0 ? static_cast<double>(progress_.bytes) / seconds : 0;
        if (progress_.total > 0 && progress_.bytes_per_second > 0)
            progress_.seconds_left =
                static_cast<double>(progress_.total - progress_.bytes) / progress_.bytes_per_second;
        report_(progress_);
    }
    const StoreReport& report_;
    StoreProgress progress_;
    std::uint64_t done_before_ = 0, last_total_ = 0;
    std::chrono::steady_clock::time_point start_;
};

Result<Recognised> open_part(const fs::path& path) {
    STUDIO_TRY(opened, io::Checkpoint::open(path));
    return checkpoint::recognise(opened);
}

void take(const convert::Written& written, ConvertResult& result) {
    result.files.insert(result.files.end(), written.files.begin(), written.files.end());
    result.bytes += written.bytes;
    result.tensors += written.tensors;
    result.changed += written.changed;
    result.quantised += written.quantised;
}

/// A folder that is a model of several parts, and not one part with other models beside it.
bool is_whole_model(const fs::path& source, const pipeline::ModelFolder& folder) {
    if (folder.layout == "model card") return true;
    const auto& parts = folder.parts;
    for (const fs::path* const part : {&parts.transformer_2, &parts.vae, &parts.text_encoder, &parts.tokenizer}) {
        if (!part->empty() && is_inside(*part, source)) return true;
    }
    return false;
}

Json scheduler_config(double shift) {
    return {{"_class_name", "UniPCMultistepScheduler"},
            {"_diffusers_version", "0.35.0"},
            {"num_train_timesteps", 1000},
            {"beta_start", 0.0001},
            {"beta_end", 0.02},
            {"beta_schedule", "linear"},
            {"solver_order", 2},
            {"solver_type", "bh2"},
            {"lower_order_final", true},
            {"predict_x0", true},
            {"prediction_type", "flow_prediction"},
            {"use_flow_sigmas", true},
            {"flow_shift", shift},
            {"final_sigmas_type", "zero"},
            {"timestep_spacing", "linspace"}};
}

class FolderConversion {
  public:
    FolderConversion(const pipeline::ModelFolder& folder, const convert::Options& options, const StoreReport& report,
                     const std::stop_token& stop)
        : folder_(folder), options_(options), report_(report), stop_(stop), progress_(report, count_parts()) {}

    Result<ConvertResult> run(const fs::path& target);

  private:
    std::size_t count_parts() const {
        const auto& p = folder_.parts;
        return static_cast<std::size_t>(!p.transformer.empty()) + static_cast<std::size_t>(!p.transformer_2.empty()) +
               static_cast<std::size_t>(!p.vae.empty()) + static_cast<std::size_t>(!p.text_encoder.empty()) +
               static_cast<std::size_t>(!p.image_encoder.empty());
    }
    Result<void> add_part(const fs::path& source, Role role, const std::string& name);
    Result<void> add_tokenizer();
    Result<void> add_settings();
    Json model_index() const;
    Result<void> write_json(const fs::path& relative, const Json& json);

    const pipeline::ModelFolder& folder_;
    const convert::Options& options_;
    const StoreReport& report_;
    const std::stop_token& stop_;
    PartProgress progress_;
    fs::path root_;
    ConvertResult result_;
    bool is_image_model_ = false, is_text_image_model_ = false;
};

Result<void> FolderConversion::add_part(const fs::path& source, Role role, const std::string& name) {
    if (source.empty()) {
        if (name == "vae" || name == "text_encoder")
            result_.notices.push_back(fmt::format("the model has no {}: the folder is not complete", name));
        return {};
    }
    STUDIO_TRY(part, checkpoint::open_as(source, role));
    if (name == "transformer") {
        STUDIO_TRY(config, checkpoint::dit_config(part));
        is_image_model_ = config.in_channels == 36;
        is_text_image_model_ = config.in_channels == 48 && config.out_channels == 48;  // one timestep per token
    }
    STUDIO_TRY(written, convert::convert_part(part, root_ / name, options_, progress_.callback(), stop_));
    take(written, result_);
    progress_.next();
    return {};
}

Result<void> FolderConversion::add_tokenizer() {
    fs::path source = folder_.parts.tokenizer;
    if (source.empty()) {
        result_.notices.push_back("the model has no tokenizer: the folder is not complete");
        return {};
    }
    std::error_code ignored;
    if (!fs::is_directory(source, ignored)) source = source.parent_path();
    std::vector<FileCopy> copies;
    for (const char* const name :
         {"spiece.model", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"}) {
        if (fs::is_regular_file(source / name, ignored))
            copies.push_back({source / name, root_ / "tokenizer" / name, fs::file_size(source / name, ignored), {}});
    }
    STUDIO_TRY_VOID(copy_files(
        copies, [](const StoreProgress&) {}, stop_));
    for (const FileCopy& copy : copies)
        result_.files.push_back(copy.to);
    return {};
}

Result<void> FolderConversion::write_json(const fs::path& relative, const Json& json) {
    std::error_code ignored;
    fs::create_directories((root_ / relative).parent_path(), ignored);
    STUDIO_TRY_VOID(io::write_text_file(root_ / relative, json.dump(2) + "\n"));
    result_.files.push_back(root_ / relative);
    return {};
}

Json FolderConversion::model_index() const {
    const auto& parts = folder_.parts;
    const auto named = [](bool is_there, const char* library, const char* name) {
        return is_there ? Json{library, name} : Json{nullptr, nullptr};
    };
    Json index = {{"_class_name", is_image_model_ ? "WanImageToVideoPipeline" : "WanPipeline"},
                  {"_diffusers_version", "0.35.0"},
                  {"scheduler", {"diffusers", "UniPCMultistepScheduler"}},
                  {"text_encoder", {"transformers", "UMT5EncoderModel"}},
                  {"tokenizer", {"transformers", "T5TokenizerFast"}},
                  {"transformer", {"diffusers", "WanTransformer3DModel"}},
                  {"transformer_2", named(!parts.transformer_2.empty(), "diffusers", "WanTransformer3DModel")},
                  {"vae", {"diffusers", "AutoencoderKLWan"}},
                  {"boundary_ratio", nullptr},
                  {"expand_timesteps", folder_.expand_timesteps || is_text_image_model_}};
    if (!parts.transformer_2.empty())
        index["boundary_ratio"] = folder_.boundary.value_or(is_image_model_ ? 0.9 : 0.875);
    if (is_image_model_) {
        index["image_encoder"] = named(!parts.image_encoder.empty(), "transformers", "CLIPVisionModel");
        index["image_processor"] = named(!parts.image_encoder.empty(), "transformers", "CLIPImageProcessor");
    }
    return index;
}

Result<void> FolderConversion::add_settings() {
    double shift = folder_.flow_shift.value_or(0);
    if (shift <= 0) {
        // What the program itself would use for this model.
        const auto info = check_model(folder_.root);
        if (info.ok() && info->defaults.is_object() && info->defaults.contains("shift") &&
            info->defaults["shift"].is_number())
            shift = info->defaults["shift"].get<double>();
    }
    STUDIO_TRY_VOID(
        write_json(fs::path("scheduler") / "scheduler_config.json", scheduler_config(shift > 0 ? shift : 5.0)));
    if (!folder_.parts.image_encoder.empty()) {
        STUDIO_TRY_VOID(write_json(fs::path("image_processor") / "preprocessor_config.json",
                                   {{"image_processor_type", "CLIPImageProcessor"},
                                    {"do_resize", true},
                                    {"size", {{"shortest_edge", 224}}},
                                    {"resample", 3},
                                    {"do_center_crop", true},
                                    {"crop_size", {{"height", 224}, {"width", 224}}},
                                    {"do_rescale", true},
                                    {"rescale_factor", 1.0 / 255},
                                    {"do_normalize", true},
                                    {"do_convert_rgb", true},
                                    {"image_mean", {0.48145466, 0.4578275, 0.40821073}},
                                    {"image_std", {0.26862954, 0.26130258, 0.27577711}}}));
    }
    if (folder_.card.is_object() && !folder_.card.empty()) {
        Json card = folder_.card;
        card.erase("parts");
        card.erase("catalogue");
        STUDIO_TRY_VOID(write_json("turbo-studio.json", card));
    }
    return write_json("model_index.json", model_index());
}

Result<ConvertResult> FolderConversion::run(const fs::path& target) {
    STUDIO_TRY(folder, io::NewFolder::create(target));
    root_ = folder.path();
    const auto& parts = folder_.parts;
    STUDIO_TRY_VOID(add_part(parts.transformer, Role::kDit, "transformer"));
    STUDIO_TRY_VOID(add_part(parts.transformer_2, Role::kDit, "transformer_2"));
    STUDIO_TRY_VOID(add_part(parts.vae, Role::kVae, "vae"));
    STUDIO_TRY_VOID(add_part(parts.text_encoder, Role::kTextEncoder, "text_encoder"));
    STUDIO_TRY_VOID(add_part(parts.image_encoder, Role::kClip, "image_encoder"));
    STUDIO_TRY_VOID(add_tokenizer());
    STUDIO_TRY_VOID(add_settings());
    STUDIO_TRY(is_placed, folder.commit());
    if (!is_placed)
        return invalid_argument("DST",
                                fmt::format("{} exists already.", escape_for_display(path_to_utf8(target), 1000)),
                                "Choose another name, or move it away.");
    for (fs::path& file : result_.files)
        file = target / file.lexically_relative(root_);
    result_.path = target;
    return std::move(result_);
}

}  // namespace

Result<ConvertResult> convert_model(const ConvertRequest& request, const StoreReport& report,
                                    const std::stop_token& stop) {
    STUDIO_TRY(options, read_options(request));
    std::error_code problem;
    fs::path target = fs::absolute(request.target, problem).lexically_normal();
    if (!target.has_filename()) target = target.parent_path();
    const fs::path source = fs::absolute(request.source, problem).lexically_normal();
    if (fs::exists(fs::symlink_status(target, problem)))
        return invalid_argument("DST",
                                fmt::format("{} exists already.", escape_for_display(path_to_utf8(target), 1000)),
                                "Choose another name, or move it away.");
    ConvertResult result;
    fs::path weights = source;
    if (fs::is_directory(source, problem)) {
        const auto folder = pipeline::open_model_folder(source);
        if (folder.ok() && is_whole_model(source, *folder)) {
            if (options.form == convert::Form::kDiffusers)
                return FolderConversion(*folder, options, report, stop).run(target);
            if (!folder->parts.transformer_2.empty()) {
                return invalid_argument("SRC", "The folder holds two transformers, and one file holds one.",
                                        fmt::format("Convert each: {} and {}.", path_to_utf8(folder->parts.transformer),
                                                    path_to_utf8(folder->parts.transformer_2)));
            }
            weights = folder->parts.transformer;
            result.notices.push_back(
                "only the transformer of the folder was converted; the other parts stay as they are");
        }
    }
    STUDIO_TRY(part, open_part(weights));
    PartProgress progress(report, 1);
    STUDIO_TRY(written, convert::convert_part(part, target, options, progress.callback(), stop));
    take(written, result);
    result.path = target;
    return result;
}

}  // namespace studio

#include "ui/engine_backend.h"

#include "app/command_text.h"
#include "app/model_defaults.h"
#include "app/preferences.h"
#include "app/save_copy.h"
#include "core/log.h"
#include "core/platform.h"
#include "core/text.h"

namespace studio::ui {

namespace {

ModelStoreCalls modelStoreCalls() {
    return {.add = [](const AddRequest& request, const std::stop_token& stop) { return add_model(request, {}, stop); },
            .plan_removal = plan_removal,
            .run_removal = run_removal,
            .verify = verify_model};
}

/// Where videos go now: the settings may have changed since the start.
std::filesystem::path videosFolder(const std::string& standard) {
    const std::string chosen = Preferences::load(Preferences::default_path()).text("output.folder");
    return path_from_utf8(chosen.empty() ? standard : chosen);
}

FolderCalls folderCalls(const std::string& videos) {
    return {.root = data_root(),
            .uses = [videos](const std::stop_token& stop) { return folder_uses(videosFolder(videos), stop); },
            .check = check_new_root,
            .choose = choose_root,
            .schedule_move = schedule_move};
}

PresetCalls presetCalls() {
    const auto store = [] { return PresetStore(PresetStore::default_path()); };
    return {.list = [store] { return store().list(); },
            .keep = [store](const Preset& preset, bool replaces) { return store().keep(preset, replaces); },
            .remove = [store](const std::string& name) { return store().remove(name); }};
}

ResultCalls resultCalls() {
    return {
        .save_copy = save_copy,
        .last_frame = read_last_frame,
        .compare = [](const std::filesystem::path& a, const std::filesystem::path& b) { return compare_videos(a, b); },
        .differences = recipe_differences,
        .command_text = [](const GenerationRequest& request) { return command_text(request); }};
}

}  // namespace

Backend engineBackend(const EngineOptions& options, const std::string& videos) {
    return {
        .make_queue = [options] { return make_queue(platform::user_data_dir() / "queue", make_engine(options)); },
        .list_models = list_models_with_defaults,
        .read_clip = [](const std::filesystem::path& path) { return read_clip(path); },
        .read_poster = [](const std::filesystem::path& path) { return read_poster(path); },
        .read_recipe = [](const std::filesystem::path& path) { return read_recipe(path); },
        .read_picture = read_picture,
        .fit = fit,
        .examine =
            [videos](DoctorOptions wanted) {
                wanted.output_folder = videosFolder(videos);
                return examine(wanted);
            },
        .store = modelStoreCalls(),
        .downloads = {.offers = model_offers, .fetch = fetch_model, .advise = [] { return advise(look_at_machine()); }},
        .folders = folderCalls(videos),
        .presets = presetCalls(),
        .results = resultCalls(),
        .exports = {export_formats, can_interpolate, plan_export, export_video},
        .count_prompt = count_prompt,
        .log_file = log::file_path(),
        .error_text = error_text,
        .settings = settings_table()};
}

}  // namespace studio::ui

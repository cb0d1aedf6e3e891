// ui/backend.h - everything the window takes from the engine's side, as values: main.cpp fills in the real functions,
// tests fill in scripted ones. No other file of the window calls into app/, except for
// pure functions on values (GenerationRequest, presets.h, video_sizes.h, settings_table.h).
#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "app/clip.h"
#include "app/compare_videos.h"
#include "app/doctor.h"
#include "app/error_text.h"
#include "app/export_video.h"
#include "app/memory_fit.h"
#include "app/data_root.h"
#include "app/machine_advice.h"
#include "library/model_offers.h"
#include "library/model_store.h"
#include "library/models.h"
#include "app/picture.h"
#include "app/preset_store.h"
#include "app/prompt_count.h"
#include "app/queue_client.h"
#include "app/settings_table.h"

namespace studio::ui {

/// Changing which models are there.
struct ModelStoreCalls {
    std::function<Result<AddedModel>(const AddRequest&, const std::stop_token&)> add;
    std::function<Result<RemovalPlan>(const std::string&)> plan_removal;
    std::function<Result<void>(const RemovalPlan&)> run_removal;
    std::function<Result<VerifyResult>(const std::string&, const StoreReport&, const std::stop_token&)> verify;
};

/// The program's own folders. A change acts at the next start, which restart() brings about.
struct FolderCalls {
    DataRoot root;  // as the program was started
    std::function<std::vector<FolderUse>(const std::stop_token&)> uses;
    std::function<Result<RootCheck>(const std::filesystem::path&)> check;
    std::function<Result<void>(const std::filesystem::path&)> choose;         // begin there: of a first start
    std::function<Result<void>(const std::filesystem::path&)> schedule_move;  // take everything along
};

/// Published models, and the network.
struct DownloadCalls {
    std::function<Result<std::vector<ModelOffer>>()> offers;
    std::function<Result<DownloadResult>(const std::string& id, const DownloadPreferences&, const StoreReport&,
                                         const std::stop_token&)>
        fetch;
    std::function<MachineAdvice()> advise;  // what this machine is and which model suits it
};

/// A person's own presets on the disk; what a preset means is in app/presets.h.
struct PresetCalls {
    std::function<Result<StoredPresets>()> list;
    std::function<Result<void>(const Preset&, bool replaces)> keep;
    std::function<Result<void>(const std::string& name)> remove;
};

/// Work on finished videos.
struct ResultCalls {
    std::function<Result<std::filesystem::path>(const std::filesystem::path& from, const std::filesystem::path& to,
                                                const std::function<void(double)>& progress, const std::stop_token&)>
        save_copy;
    std::function<Result<Frame>(const std::filesystem::path&)> last_frame;
    std::function<Result<VideoComparison>(const std::filesystem::path& a, const std::filesystem::path& b)> compare;
    std::function<Result<std::vector<RecipeDifference>>(const std::filesystem::path& video)> differences;
    std::function<std::string(const GenerationRequest&)> command_text;  // quick; the GUI thread calls it
};

/// Other forms of finished videos.
struct ExportCalls {
    std::function<std::vector<ExportFormatInfo>()> formats;  // quick; the GUI thread calls it
    std::function<Result<void>()> can_interpolate;           // quick; the GUI thread calls it
    std::function<Result<ExportPlan>(const ExportRequest&)> plan;
    std::function<Result<ExportResult>(const ExportRequest&, const std::stop_token&,
                                       const std::function<void(const ExportProgress&)>&)>
        run;
};

/// Threads   every function but error_text is called away from the GUI thread and may block there.
struct Backend {
    std::function<Result<std::unique_ptr<QueueClient>>()> make_queue;
    std::function<std::vector<ModelInfo>()> list_models;
    std::function<Result<Clip>(const std::filesystem::path&)> read_clip;
    std::function<Result<Clip>(const std::filesystem::path&)> read_poster;  // the first frame alone, for thumbnails
    std::function<Result<Recipe>(const std::filesystem::path&)> read_recipe;
    std::function<Result<Picture>(const std::filesystem::path&)> read_picture;
    std::function<Result<Fit>(const GenerationRequest&)> fit;
    std::function<DoctorReport(const DoctorOptions&)> examine;
    ModelStoreCalls store;
    DownloadCalls downloads;
    FolderCalls folders;
    PresetCalls presets;
    ResultCalls results;
    ExportCalls exports;
    std::function<Result<PromptCount>(const std::string& model, const std::string& text)> count_prompt;
    std::filesystem::path log_file;
    std::function<ErrorText(const Error&)> error_text;  // quick; the GUI thread calls it
    std::span<const Setting> settings;                  // ranges and help for the panel; must outlive the window
};

}  // namespace studio::ui

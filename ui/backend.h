// ui/backend.h - everything the window takes from the engine's side, as values: main.cpp fills in the real functions,
// tests fill in scripted ones. No other file of the window calls into app/.
#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "app/clip.h"
#include "app/doctor.h"
#include "app/error_text.h"
#include "app/memory_fit.h"
#include "library/model_store.h"
#include "library/models.h"
#include "app/picture.h"
#include "app/queue_client.h"
#include "app/settings_table.h"

namespace studio::ui {

/// Changing which models are there.
struct ModelStoreCalls {
    std::function<Result<AddedModel>(const AddRequest&, const std::stop_token&)> add;
    std::function<Result<RemovalPlan>(const std::string&)> plan_removal;
    std::function<Result<void>(const RemovalPlan&)> run_removal;
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
    std::filesystem::path log_file;
    std::function<ErrorText(const Error&)> error_text;  // quick; the GUI thread calls it
    std::span<const Setting> settings;                  // ranges and help for the panel; must outlive the window
};

}  // namespace studio::ui

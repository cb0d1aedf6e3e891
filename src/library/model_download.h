// library/model_download.h - published models by their catalogue name, from the network to a folder that generates.
#pragma once
#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "core/result.h"
#include "library/catalog.h"
#include "library/download_settings.h"
#include "library/store_progress.h"

namespace studio {

/// One file to have, and where it will lie: <models folder>/parts/<repo>/<path>.
struct WantedFile {
    const CatalogFile* file = nullptr;  // inside the catalogue that it was planned from
    std::filesystem::path target;
    std::uint64_t present = 0;  // bytes on disk: the whole file, or its part
};

struct DownloadPlan {
    std::vector<WantedFile> files;            // each once, in the order in which they are fetched
    std::vector<const CatalogModel*> models;  // folders that will be made
    std::uint64_t total = 0, missing = 0;     // bytes, as far as sizes are known
    std::vector<std::string> licences;        // each once
};

struct DownloadedModel {
    std::string name;
    std::filesystem::path path;
};

struct DownloadResult {
    std::vector<DownloadedModel> models;
    std::vector<std::filesystem::path> files;
    std::uint64_t fetched = 0;  // bytes that came over the network now
};

/// What `names` (ids of models or of single files; a file brings what it needs) mean.
/// Errors  InvalidArgument with the nearest known names; Unsupported for a model that this program cannot run.
Result<DownloadPlan> plan_download(const Catalog& catalog, const std::vector<std::string>& names);

/// Fetch what is missing, check everything, and make a folder with a card for each model. Run again after a failure, it
/// goes on where it stopped.
/// Errors  those of net::download_files, with `file` set; offline_error(); Cancelled.
/// Threads any one at a time per process; other processes are kept apart file by file.
Result<DownloadResult> run_download(const DownloadPlan& plan, const DownloadSettings& settings,
                                    const StoreReport& report, const std::stop_token& stop);

/// What run_download answers when the network is not to be used and something is missing; `field` "downloads.offline".
Error offline_error();

/// How far the download of the model in this folder is, from its list of files. Complete or not ours: an empty state.
struct DownloadState {
    std::string text;  // "", "downloading 43 %" (somebody is at it), "stopped at 43 %"
    std::uint64_t present = 0, total = 0;
};
DownloadState download_state(const std::filesystem::path& model);

}  // namespace studio

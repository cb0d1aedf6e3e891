// library/model_offers.h - the catalogue as people choose from it: what a model is, how large, under which licence, and
// how much of it is here.
#pragma once
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "library/model_download.h"

namespace studio {

struct ModelOffer {
    std::string id, title;
    std::string kind;           // "text-to-video"
    bool is_supported = true;   // false: listed, but this program cannot run it
    std::uint64_t bytes = 0;    // of all its files, as far as sizes are known
    bool is_size_known = true;  // every file's size is
    std::uint64_t missing = 0;  // bytes that a download would fetch, as far as known; files shared with other models
                                // that are here do not count
    bool is_here = false;       // nothing is missing
    std::vector<std::string> licences;
    std::vector<std::string> sources;  // repositories: "TurboDiffusion/TurboWan2.1-T2V-1.3B-480P"
};

/// Errors  those of read_catalog().
Result<std::vector<ModelOffer>> model_offers();

/// plan_download and run_download of one model, with the settings as download_settings() merges them. `report` gets one
/// call with action "planned" and the total first.   Errors and threads  theirs.
Result<DownloadResult> fetch_model(const std::string& id, const DownloadPreferences& preferences,
                                   const StoreReport& report, const std::stop_token& stop);

}  // namespace studio

// library/download_settings.h - mirror, proxy and patience: user_config_dir()/downloads.json, the environment, the
// settings of the program, then what a command says.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "core/result.h"

namespace studio {

struct DownloadSettings {
    std::string mirror =
        "https://huggingface.co";            // HF_ENDPOINT; addresses are <mirror>/<repo>/resolve/<revision>/<path>
    std::string proxy;                       // empty: https_proxy and its kin
    std::string token;                       // HF_TOKEN; sent to the mirror's host only
    std::filesystem::path ca_file;           // STUDIO_CA_FILE, SSL_CERT_FILE; empty: the system's
    std::vector<std::string> allowed_hosts;  // where redirects may lead besides the hubs' own hosts; may be private
    std::vector<std::string> resolve;        // "host:port:address", for networks with names of their own
    int parallel = 2;
    int tries = 6;  // in a row without a new byte
    double connect_seconds = 30;
    double stall_seconds = 60;
    double backoff_seconds = 1;
    double max_wait_seconds = 300;
    double reserve_mb = 64;   // stays free on the disk
    bool is_offline = false;  // nothing may use the network
};

/// What the settings of the program say (group "downloads" of app/preferences.h). Empty: nothing.
struct DownloadPreferences {
    std::string mirror, proxy;
    bool is_offline = false;
};

/// File, then environment, then the settings of the program, then the arguments (empty: not given).
/// Errors  CorruptFile naming downloads.json and the key (unknown key, wrong type or range); InvalidArgument naming the
///         variable or option.
Result<DownloadSettings> download_settings(const std::string& mirror = {}, const std::string& proxy = {},
                                           const DownloadPreferences& preferences = {});

std::filesystem::path download_settings_path();

}  // namespace studio

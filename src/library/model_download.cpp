#include "library/model_download.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/file_lock.h"
#include "core/text.h"
#include "core/version.h"
#include "io/atomic_file.h"
#include "library/model_hashes.h"
#include "library/model_manifest.h"
#include "library/model_places.h"
#include "net/downloader.h"
#include "net/part_file.h"
#include "net/url.h"

namespace studio {
namespace fs = std::filesystem;
namespace {

constexpr const char* kHubHosts[] = {"huggingface.co",  "*.huggingface.co", "*.hf.co",        "hf-mirror.com",
                                     "*.hf-mirror.com", "modelscope.cn",    "*.modelscope.cn"};

std::uint64_t size_of(const fs::path& path) {
    std::error_code problem;
    const auto size = fs::file_size(path, problem);
    return problem ? 0 : size;
}

fs::path target_of(const CatalogFile& file) {
    return (models_folders().front() / kPartsFolder / path_from_utf8(file.repo) / path_from_utf8(file.path))
        .lexically_normal();
}

std::string address_of(const CatalogFile& file, const DownloadSettings& settings) {
    if (!file.url.empty()) return file.url;
    return fmt::format("{}/{}/resolve/{}/{}", settings.mirror, net::encode_path(file.repo),
                       net::encode_path(file.revision.empty() ? "main" : file.revision), net::encode_path(file.path));
}

std::chrono::milliseconds milliseconds(double seconds) {
    return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

net::NetOptions net_options(const DownloadSettings& settings) {
    net::NetOptions options;
    options.user_agent = fmt::format("turbo-studio/{}", kVersion);
    options.proxy = settings.proxy;
    options.token = settings.token;
    if (const auto mirror = net::parse_https_url(settings.mirror); mirror.ok()) {
        options.token_server = mirror->host_and_port();
        options.trusted_hosts = {mirror->host};
    }
    options.trusted_hosts.insert(options.trusted_hosts.end(), settings.allowed_hosts.begin(),
                                 settings.allowed_hosts.end());
    options.allowed_hosts.assign(std::begin(kHubHosts), std::end(kHubHosts));
    options.ca_file = settings.ca_file;
    options.resolve = settings.resolve;
    options.connect_timeout = milliseconds(settings.connect_seconds);
    options.stall_timeout = milliseconds(settings.stall_seconds);
    options.backoff = milliseconds(settings.backoff_seconds);
    options.max_wait = milliseconds(settings.max_wait_seconds);
    options.max_fruitless_tries = settings.tries;
    options.parallel = settings.parallel;
    options.disk_reserve_bytes = static_cast<std::uint64_t>(settings.reserve_mb * 1e6);
    return options;
}

/// The path that stands for a part: its index of shards, its only weights file, or the folder that holds its files.
fs::path part_path_of(const DownloadPlan& plan, const std::vector<std::string>& ids) {
    std::vector<fs::path> targets, weights;
    for (const WantedFile& wanted : plan.files) {
        if (std::find(ids.begin(), ids.end(), wanted.file->id) == ids.end()) continue;
        targets.push_back(wanted.target);
        const std::string name = path_to_utf8(wanted.target.filename());
        if (name.ends_with(".index.json")) return wanted.target;
        if (name.ends_with(".safetensors") || name.ends_with(".pth") || name.ends_with(".gguf"))
            weights.push_back(wanted.target);
    }
    if (targets.size() == 1) return targets.front();
    if (weights.size() == 1) return weights.front();
    return targets.empty() ? fs::path() : targets.front().parent_path();
}

Result<DownloadedModel> write_model(const CatalogModel& model, const DownloadPlan& plan) {
    const fs::path root = models_folders().front();
    const fs::path folder = root / path_from_utf8(model.id);
    std::error_code problem;
    fs::create_directories(folder, problem);
    Json parts = Json::object();
    ModelManifest manifest{"catalogue", {}};
    for (const auto& [part, ids] : model.parts) {
        const fs::path path = part_path_of(plan, ids);
        std::string text = path_to_utf8(path.lexically_relative(folder.lexically_normal()));
        std::replace(text.begin(), text.end(), '\\', '/');
        parts[part] = text;
        for (const WantedFile& wanted : plan.files) {
            if (std::find(ids.begin(), ids.end(), wanted.file->id) == ids.end()) continue;
            manifest.files.push_back({wanted.target, wanted.file->size, wanted.file->sha256});
        }
    }
    const Json card = {{"name", model.title},
                       {"catalogue", model.id},
                       {"parts", std::move(parts)},
                       {"defaults", model.defaults.is_object() ? model.defaults : Json::object()}};
    const fs::path card_path = folder / "turbo-studio.json";
    STUDIO_TRY_VOID(io::write_text_file(card_path, card.dump(1) + "\n"));
    manifest.files.push_back({card_path, 0, {}});
    STUDIO_TRY_VOID(write_manifest(folder, manifest));
    return DownloadedModel{model.id, folder};
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
            diagonal = above;
        }
    }
    return row[b.size()];
}

Error unknown_name(const Catalog& catalog, const std::string& name) {
    std::vector<std::pair<std::size_t, std::string>> near;
    const std::string_view start = std::string_view(name).substr(0, 200);
    const auto distance = [&](const std::string& id) { return id.starts_with(start) ? 0 : edit_distance(start, id); };
    for (const CatalogModel& model : catalog.models)
        near.emplace_back(distance(model.id), model.id);
    for (const CatalogFile& file : catalog.files)
        near.emplace_back(distance(file.id) + 1, file.id);  // models first
    std::sort(near.begin(), near.end());
    std::string names;
    for (std::size_t i = 0; i < near.size() && i < 3; ++i)
        names += (i == 0 ? "" : ", ") + near[i].second;
    return invalid_argument("NAME", fmt::format("The catalogue has no {}.", escape_for_display(name, 100)),
                            fmt::format("'models download' without a name lists everything. Near names: {}.", names));
}

StoreProgress store_progress(const net::DownloadProgress& progress) {
    const char* const action = progress.state == net::FileState::kChecking  ? "checking"
                               : progress.state == net::FileState::kWaiting ? "waiting"
                                                                            : "downloading";
    return {action,
            progress.bytes,
            progress.total,
            progress.bytes_per_second,
            progress.seconds_left,
            progress.files_done,
            progress.files,
            progress.current,
            progress.notices};
}

}  // namespace

Result<DownloadPlan> plan_download(const Catalog& catalog, const std::vector<std::string>& names) {
    DownloadPlan plan;
    std::set<fs::path> seen;
    std::set<std::string> licences;
    const auto add = [&](const auto& self, const std::string& id) -> Result<void> {
        const CatalogFile* const file = catalog.find_file(id);
        if (file == nullptr) return unknown_name(catalog, id);
        if (!seen.insert(target_of(*file)).second) return {};
        const fs::path target = target_of(*file);
        if (!is_inside(target, models_folders().front() / kPartsFolder))
            return corrupt_file("catalog.json", "path",
                                fmt::format("The path of {} leaves the models folder.", escape_for_display(id)),
                                "Install the program again.");
        const std::uint64_t present = std::max(size_of(target), size_of(net::part_path(target)));
        plan.files.push_back({file, target, present});
        plan.total += file->size;
        plan.missing += file->size - std::min(file->size, present);
        licences.insert(file->licence);
        for (const std::string& needed : file->needs)
            STUDIO_TRY_VOID(self(self, needed));
        return {};
    };
    for (const std::string& name : names) {
        const CatalogModel* const model = catalog.find_model(name);
        if (model == nullptr) {
            STUDIO_TRY_VOID(add(add, name));
            continue;
        }
        if (!model->is_supported) {
            return Error{ErrorCode::kUnsupported,
                         fmt::format("{} is known, but this program cannot run it.", model->title),
                         {},
                         "NAME",
                         "Choose another model: 'models download' lists them.",
                         {}};
        }
        if (std::find(plan.models.begin(), plan.models.end(), model) == plan.models.end()) plan.models.push_back(model);
        for (const auto& [part, ids] : model->parts) {
            for (const std::string& id : ids)
                STUDIO_TRY_VOID(add(add, id));
        }
    }
    plan.licences.assign(licences.begin(), licences.end());
    return plan;
}

Error offline_error() {
    return {ErrorCode::kUnsupported,
            "Nothing is downloaded: the settings say that this program stays offline.",
            {},
            "downloads.offline",
            "Switch \"Stay offline\" off in the settings (turbo-studio-cli settings set downloads.offline off).",
            {}};
}

Result<DownloadResult> run_download(const DownloadPlan& plan, const DownloadSettings& settings,
                                    const StoreReport& report, const std::stop_token& stop) {
    ModelHashes hashes;
    DownloadResult result;
    std::vector<net::FileRequest> requests;
    for (const WantedFile& wanted : plan.files) {
        const auto known = hashes.known(wanted.target);
        result.files.push_back(wanted.target);
        if (known && *known == wanted.file->sha256) continue;  // checked before and unchanged since
        // Below parts/ only published files live: a wrong one there is a damaged one of ours.
        requests.push_back(
            {address_of(*wanted.file, settings), wanted.target, wanted.file->size, wanted.file->sha256, true});
    }
    // Written first, so that a list shows the model with what is missing, and running again repairs it.
    for (const CatalogModel* const model : plan.models) {
        STUDIO_TRY(made, write_model(*model, plan));
        result.models.push_back(std::move(made));
    }
    if (requests.empty()) return result;
    if (settings.is_offline) return offline_error();
    STUDIO_TRY(files, net::download_files(
                          requests, net_options(settings),
                          [&](const net::DownloadProgress& progress) { report(store_progress(progress)); }, stop));
    for (const net::FileResult& file : files) {
        hashes.remember(file.path, file.sha256);
        if (!file.was_there) result.fetched += file.size - file.resumed_from;
    }
    return result;
}

DownloadState download_state(const fs::path& model) {
    DownloadState state;
    const auto manifest = read_manifest(model);
    if (!manifest.ok() || !*manifest || (*manifest)->origin != "catalogue") return state;
    bool is_missing = false, is_busy = false;
    for (const OwnedFile& file : (*manifest)->files) {
        state.total += file.size;
        std::error_code ignored;
        if (fs::exists(file.path, ignored)) {
            state.present += std::min(file.size, size_of(file.path));
            continue;
        }
        is_missing = true;
        state.present += std::min(file.size, size_of(net::part_path(file.path)));
        fs::path lock = file.path;
        lock += ".part.lock";
        if (!fs::exists(lock, ignored)) continue;
        const auto free = FileLock::try_lock(lock);
        is_busy = is_busy || (free.ok() && !*free);
    }
    if (!is_missing) return state;
    const auto percent = state.total > 0 ? state.present * 100 / state.total : 0;
    state.text = fmt::format("{} {} %", is_busy ? "downloading" : "stopped at", percent);
    return state;
}

}  // namespace studio

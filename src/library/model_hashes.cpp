#include "library/model_hashes.h"

#include "core/json.h"
#include "core/log.h"
#include "core/platform.h"
#include "core/text.h"
#include "io/atomic_file.h"
#include "io/sha256.h"

namespace studio {
namespace fs = std::filesystem;

ModelHashes::ModelHashes() : store_path_(platform::user_state_dir() / "model-hashes.json") {
    const auto json = read_json_file(store_path_);
    if (!json || !json->is_object()) return;
    for (const auto& [path, entry] : json->items()) {
        if (!entry.is_object() || !entry.contains("size") || !entry.contains("time") || !entry.contains("sha256"))
            continue;
        if (!entry["size"].is_number_unsigned() || !entry["time"].is_number_integer() || !entry["sha256"].is_string())
            continue;
        entries_[path] = {entry["size"].get<std::uintmax_t>(), entry["time"].get<std::int64_t>(),
                          entry["sha256"].get<std::string>()};
    }
}

std::optional<ModelHashes::Entry> ModelHashes::stamp(const fs::path& file) {
    std::error_code size_failed, time_failed;
    Entry entry;
    entry.size = fs::file_size(file, size_failed);
    entry.time = static_cast<std::int64_t>(fs::last_write_time(file, time_failed).time_since_epoch().count());
    if (size_failed || time_failed) return std::nullopt;
    return entry;
}

std::optional<std::string> ModelHashes::known(const fs::path& file) const {
    const auto it = entries_.find(path_to_utf8(file));
    const auto now = stamp(file);
    if (it == entries_.end() || !now || it->second.size != now->size || it->second.time != now->time)
        return std::nullopt;
    return it->second.sha256;
}

Result<std::string> ModelHashes::hash(const fs::path& file, const std::stop_token& stop) {
    if (auto done = known(file)) return *std::move(done);
    const auto before = stamp(file);
    STUDIO_TRY(sha256, io::sha256_file(file, stop));
    if (before) {
        Entry entry = *before;
        entry.sha256 = sha256;
        entries_[path_to_utf8(file)] = std::move(entry);
        store();
    }
    return sha256;
}

void ModelHashes::remember(const fs::path& file, const std::string& sha256) {
    auto entry = stamp(file);
    if (!entry) return;
    entry->sha256 = sha256;
    entries_[path_to_utf8(file)] = *std::move(entry);
    store();
}

void ModelHashes::store() const {
    Json json = Json::object();
    for (const auto& [path, entry] : entries_)
        json[path] = {{"size", entry.size}, {"time", entry.time}, {"sha256", entry.sha256}};
    std::error_code ec;
    fs::create_directories(store_path_.parent_path(), ec);
    const auto written = io::write_text_file(store_path_, json.dump(1, ' ', false, Json::error_handler_t::replace));
    if (!written) log::debug("model hashes are not kept: {}", written.error().message);
}

}  // namespace studio

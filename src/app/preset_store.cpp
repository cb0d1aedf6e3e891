#include "app/preset_store.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/file_lock.h"
#include "core/json.h"
#include "core/platform.h"
#include "core/text.h"
#include "io/atomic_file.h"

namespace studio {
namespace fs = std::filesystem;
namespace {

constexpr int kVersion = 1;
constexpr std::size_t kMaxPresets = 500;
constexpr JsonLimits kLimits{1 << 20, 8};

Error refused(const std::string& name, std::string message, std::string fix) {
    return invalid_argument("preset", fmt::format("{}: {}", escape_for_display(name, 100), message), std::move(fix));
}

/// A damaged file is kept beside the new one, so that nothing is lost without a word.
std::string set_aside(const fs::path& file, const std::string& why) {
    for (int n = 1; n < 1000; ++n) {
        fs::path aside = file;
        aside += n == 1 ? std::string(".damaged") : fmt::format(".damaged-{}", n);
        const auto moved = platform::rename_no_replace(file, aside);
        if (!moved.ok()) break;
        if (*moved)
            return fmt::format("The file of presets cannot be used: {} It is kept as {}; the list begins anew.", why,
                               path_to_utf8(aside));
    }
    return fmt::format("The file of presets {} cannot be used: {}", path_to_utf8(file), why);
}

Json fresh_document() {
    return {{"version", kVersion}, {"presets", Json::array()}};
}

/// The file's object. One that is none is set aside; one that cannot be read at all is an error.
Result<Json> read_document(const fs::path& file, std::vector<std::string>& notices) {
    auto document = read_json_file(file, kLimits);
    if (!document.ok()) {
        if (document.error().code == ErrorCode::kNotFound) return fresh_document();
        if (document.error().code != ErrorCode::kCorruptFile) return std::move(document).error();
        notices.push_back(set_aside(file, document.error().message));
        return fresh_document();
    }
    const auto list = document->is_object() ? document->find("presets") : document->end();
    if (!document->is_object() || list == document->end() || !list->is_array()) {
        notices.push_back(set_aside(file, "There is no list of presets in it."));
        return fresh_document();
    }
    return std::move(*document);
}

bool is_newer(const Json& document) {
    const auto version = document.find("version");
    return version != document.end() && (!version->is_number_integer() || version->get<std::int64_t>() > kVersion);
}

std::string name_of(const Json& entry) {
    const auto name = entry.is_object() ? entry.find("name") : entry.end();
    return entry.is_object() && name != entry.end() && name->is_string() ? name->get<std::string>() : std::string();
}

StoredPresets presets_in(const Json& document, std::vector<std::string> notices) {
    StoredPresets out{{}, std::move(notices)};
    for (const Json& entry : document["presets"]) {
        const std::string name = name_of(entry);
        const auto values = entry.is_object() ? entry.find("values") : entry.end();
        const bool is_known = std::any_of(out.presets.begin(), out.presets.end(),
                                          [&](const Preset& preset) { return preset.name == name; });
        if (!check_preset_name(name).ok() || is_known || values == entry.end() || !values->is_object() ||
            out.presets.size() >= kMaxPresets) {
            out.notices.push_back(fmt::format("An entry of the presets{} cannot be used and is left out.",
                                              name.empty() ? "" : " (" + escape_for_display(name, 100) + ")"));
            continue;
        }
        out.presets.push_back({name, *values, false});
    }
    return out;
}

/// One change of the list, between reading and writing it.
template <class Change>
Result<void> change(const fs::path& file, Change change_list) {
    STUDIO_TRY(turn, FileLock::lock_beside(file));
    std::vector<std::string> notices;
    STUDIO_TRY(document, read_document(file, notices));
    if (is_newer(document))
        return Error{ErrorCode::kUnsupported,
                     "The file of presets was written by a newer version of the program.",
                     path_to_utf8(file),
                     "preset",
                     "Update this program, or move the file away to begin a new one.",
                     {}};
    STUDIO_TRY_VOID(change_list(document["presets"]));
    return io::write_text_file(file, document.dump(2) + "\n");
}

Json::iterator entry_named(Json& list, const std::string& name) {
    return std::find_if(list.begin(), list.end(), [&](const Json& entry) { return name_of(entry) == name; });
}
}  // namespace

fs::path PresetStore::default_path() {
    return platform::user_data_dir() / "presets.json";
}

Result<StoredPresets> PresetStore::list() const {
    std::vector<std::string> notices;
    STUDIO_TRY(document, read_document(file_, notices));
    return presets_in(document, std::move(notices));
}

Result<void> PresetStore::keep(const Preset& preset, bool replaces) const {
    STUDIO_TRY_VOID(check_preset_name(preset.name));
    return change(file_, [&](Json& list) -> Result<void> {
        const auto old = entry_named(list, preset.name);
        if (old != list.end() && !replaces)
            return refused(preset.name, "there is a preset with this name already.",
                           "Choose another name, or replace that one.");
        if (old != list.end()) {
            (*old)["values"] = preset.values;
            return {};
        }
        if (list.size() >= kMaxPresets)
            return refused(preset.name, fmt::format("there are {} presets already.", list.size()),
                           "Delete one that is not needed any more.");
        list.push_back({{"name", preset.name}, {"values", preset.values}});
        return {};
    });
}

Result<void> PresetStore::remove(const std::string& name) const {
    return change(file_, [&](Json& list) -> Result<void> {
        const auto old = entry_named(list, name);
        if (old == list.end())
            return Error{
                ErrorCode::kNotFound,      fmt::format("There is no preset named {}.", escape_for_display(name, 100)),
                path_to_utf8(file_),       "preset",
                "Look at the list again.", {}};
        list.erase(old);
        return {};
    });
}

Result<Preset> find_preset(const std::string& name, const ModelInfo& model, const PresetStore& store) {
    std::string lower = name, known;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    STUDIO_TRY(own, store.list());
    std::vector<Preset> all = built_in_presets(model);
    all.insert(all.end(), own.presets.begin(), own.presets.end());
    for (const Preset& preset : all) {
        if (preset.name == (preset.is_built_in ? lower : name)) return preset;
        known += (known.empty() ? "" : ", ") + escape_for_display(preset.name, 100);
    }
    return refused(name, "there is no preset with this name.", fmt::format("Use one of these: {}.", known));
}

}  // namespace studio

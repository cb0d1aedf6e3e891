#include "library/model_places.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "core/file_lock.h"
#include "core/json.h"
#include "core/log.h"
#include "core/platform.h"
#include "core/text.h"
#include "io/atomic_file.h"

namespace studio {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMaxNameBytes = 120;

fs::path list_path() {
    return platform::user_data_dir() / "models.json";
}

Result<void> write_list(const std::vector<RegisteredModel>& models) {
    Json all = Json::array();
    for (const RegisteredModel& model : models)
        all.push_back({{"name", model.name}, {"path", path_to_utf8(model.path)}});
    const Json json = {{"version", 1}, {"models", std::move(all)}};
    return io::write_text_file(list_path(), json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

bool is_reserved_on_windows(std::string_view name) {
    std::string stem(name.substr(0, name.find('.')));
    std::transform(stem.begin(), stem.end(), stem.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    if (stem == "CON" || stem == "PRN" || stem == "AUX" || stem == "NUL") return true;
    return stem.size() == 4 && (stem.starts_with("COM") || stem.starts_with("LPT")) && stem[3] >= '1' && stem[3] <= '9';
}

}  // namespace

std::vector<fs::path> models_folders() {
    std::vector<fs::path> folders;
#ifdef _WIN32
    constexpr char kSeparator = ';';
#else
    constexpr char kSeparator = ':';
#endif
    if (const char* const list = std::getenv("STUDIO_MODELS")) {
        std::string_view rest(list);
        while (!rest.empty()) {
            const auto end = rest.find(kSeparator);
            if (const std::string_view one = rest.substr(0, end); !one.empty()) folders.push_back(path_from_utf8(one));
            rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
        }
    }
    folders.push_back(platform::user_data_dir() / "models");
    return folders;
}

std::vector<RegisteredModel> registered_models() {
    std::error_code ignored;
    if (!fs::exists(list_path(), ignored)) return {};
    const auto json = read_json_file(list_path());
    if (!json.ok()) {
        log::warning("the list of added models is ignored: {}", json.error().message);
        return {};
    }
    std::vector<RegisteredModel> models;
    const auto list = json->is_object() ? json->find("models") : json->end();
    if (!json->is_object() || list == json->end() || !list->is_array()) return {};
    for (const Json& entry : *list) {
        if (!entry.is_object() || !entry.contains("name") || !entry.contains("path")) continue;
        if (!entry["name"].is_string() || !entry["path"].is_string()) continue;
        fs::path path = path_from_utf8(entry["path"].get<std::string>());
        if (path.is_absolute()) models.push_back({entry["name"].get<std::string>(), std::move(path)});
    }
    return models;
}

Result<void> register_model(const RegisteredModel& model) {
    STUDIO_TRY_VOID(check_model_name(model.name));
    STUDIO_TRY(lock, FileLock::lock_beside(list_path()));
    auto models = registered_models();
    const auto same =
        std::find_if(models.begin(), models.end(), [&](const auto& one) { return one.name == model.name; });
    if (same != models.end()) {
        return invalid_argument("--name",
                                fmt::format("There is already a model named {}.", escape_for_display(model.name)),
                                "Give another name with --name, or remove that model first.");
    }
    models.push_back(model);
    return write_list(models);
}

Result<bool> forget_model(const std::string& name) {
    STUDIO_TRY(lock, FileLock::lock_beside(list_path()));
    auto models = registered_models();
    if (std::erase_if(models, [&](const auto& one) { return one.name == name; }) == 0) return false;
    STUDIO_TRY_VOID(write_list(models));
    return true;
}

Result<void> check_model_name(const std::string& name) {
    const auto refuse = [&](std::string_view why) {
        return invalid_argument(
            "--name", fmt::format("'{}' cannot be the name of a model: {}.", escape_for_display(name, 120), why),
            "Give a short name of letters, digits, dots and hyphens with --name.");
    };
    if (name.empty()) return refuse("it is empty");
    if (name.size() > kMaxNameBytes) return refuse("it is too long");
    if (invalid_utf8_at(name)) return refuse("it is not valid UTF-8");
    if (escape_for_display(name, kMaxNameBytes) != name) return refuse("it holds control characters");
    if (name.find_first_of("/\\:*?\"<>|") != name.npos)
        return refuse("it holds a character that file names must not have");
    if (name.front() == '.' || name.front() == '-' || name.front() == ' ' || name.back() == '.' || name.back() == ' ')
        return refuse("it begins or ends with a dot, hyphen or blank");
    if (is_reserved_on_windows(name) || name == kPartsFolder || name == "demo")
        return refuse("the name is taken by the system or the program");
    return {};
}

}  // namespace studio

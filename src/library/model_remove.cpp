// `models remove`: what belongs to a model, what others still need, and what the disk gets back.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/file_lock.h"
#include "core/files.h"
#include "core/json.h"
#include "core/text.h"
#include "library/catalog.h"
#include "library/model_manifest.h"
#include "library/model_places.h"
#include "library/model_store.h"
#include "net/part_file.h"

namespace studio {
namespace fs = std::filesystem;
namespace {

bool is_same_or_inside(const fs::path& path, const fs::path& place) {
    return is_inside(path, place) || path.lexically_normal() == place.lexically_normal();
}

/// Every file or folder that a model in this folder uses, by its list of files and by its card.
std::vector<fs::path> used_paths(const fs::path& model) {
    std::vector<fs::path> used{model};
    if (const auto manifest = read_manifest(model); manifest.ok() && *manifest) {
        for (const OwnedFile& file : (*manifest)->files)
            used.push_back(file.path);
    }
    const auto card = read_json_file(model / "turbo-studio.json");
    if (!card.ok() || !card->is_object()) return used;
    const auto parts = card->find("parts");
    if (parts == card->end() || !parts->is_object()) return used;
    for (const Json& part : *parts) {
        if (part.is_string()) used.push_back((model / path_from_utf8(part.get<std::string>())).lexically_normal());
    }
    return used;
}

/// Who else needs a file: name of the model, or nothing.
class Users {
  public:
    explicit Users(const std::string& without) {
        for (const RegisteredModel& model : registered_models()) {
            if (model.name != without) add(model.name, model.path);
        }
        for (const fs::path& folder : models_folders()) {
            std::error_code problem;
            for (fs::directory_iterator it(folder, problem), end; !problem && it != end; it.increment(problem)) {
                const std::string name = path_to_utf8(it->path().filename());
                std::error_code ignored;
                if (name == without || name == kPartsFolder || name.starts_with(".") || !it->is_directory(ignored))
                    continue;
                add(name, it->path());
            }
        }
    }
    std::string of(const fs::path& file) const {
        for (const auto& [name, paths] : users_) {
            if (std::any_of(paths.begin(), paths.end(),
                            [&](const fs::path& place) { return is_same_or_inside(file, place); }))
                return name;
        }
        return {};
    }

  private:
    void add(const std::string& name, const fs::path& path) { users_[name] = used_paths(path); }
    std::map<std::string, std::vector<fs::path>> users_;
};

Result<void> require_not_busy(const fs::path& file) {
    fs::path lock_path = file;
    lock_path += ".part.lock";
    if (!is_taken(lock_path)) return {};
    STUDIO_TRY(lock, FileLock::try_lock(lock_path));
    if (lock) return {};
    return Error{ErrorCode::kIo,
                 fmt::format("{} is being downloaded right now.", escape_for_display(path_to_utf8(file), 1000)),
                 path_to_utf8(file),
                 "lock",
                 "Wait until the download is done, or end it, then try again.",
                 {}};
}

Result<void> plan_files(const std::vector<OwnedFile>& owned, RemovalPlan& plan) {
    const Users users(plan.name);
    for (const OwnedFile& file : owned) {
        STUDIO_TRY_VOID(require_not_busy(file.path));
        for (const fs::path& path : {file.path, net::part_path(file.path), net::part_state_path(file.path)}) {
            if (!is_taken(path)) continue;
            if (const std::string user = users.of(file.path); !user.empty()) {
                plan.kept.push_back({path, fmt::format("used by {}", user)});
                continue;
            }
            std::error_code problem;
            const auto links = fs::is_symlink(path, problem) ? 0 : fs::hard_link_count(path, problem);
            if (!problem && links == 1) plan.bytes += fs::file_size(path, problem);
            plan.files.push_back(path);
        }
    }
    return {};
}

Error not_found(const std::string& name) {
    std::set<std::string> names;
    for (const RegisteredModel& model : registered_models())
        names.insert(model.name);
    for (const fs::path& folder : models_folders()) {
        std::error_code problem;
        for (fs::directory_iterator it(folder, problem), end; !problem && it != end; it.increment(problem)) {
            const std::string one = path_to_utf8(it->path().filename());
            if (one != kPartsFolder && !one.starts_with(".")) names.insert(one);
        }
    }
    std::string text;
    for (const std::string& one : names)
        text += (text.empty() ? "" : ", ") + one;
    return {ErrorCode::kNotFound,
            fmt::format("There is no model {}.", escape_for_display(name, 300)),
            {},
            "NAME",
            text.empty() ? "'models list' shows what is there."
                         : fmt::format("Names that can be removed: {}.", escape_for_display(text, 400)),
            {}};
}

Error not_ours(const fs::path& path, const char* what, std::string fix) {
    return {ErrorCode::kUnsupported, fmt::format("{} {}.", escape_for_display(path_to_utf8(path), 1000), what),
            path_to_utf8(path),      {},
            std::move(fix),          {}};
}

/// A single published file that was downloaded for itself or is left over.
Result<RemovalPlan> plan_catalogue_file(const std::string& name) {
    const auto catalog = read_catalog();
    const CatalogFile* const file = catalog.ok() ? catalog->find_file(name) : nullptr;
    if (file == nullptr) return not_found(name);
    const fs::path target =
        models_folders().front() / kPartsFolder / path_from_utf8(file->repo) / path_from_utf8(file->path);
    RemovalPlan plan{name, target, false, {}, 0, {}};
    STUDIO_TRY_VOID(plan_files({{target.lexically_normal(), file->size, file->sha256}}, plan));
    if (plan.files.empty() && plan.kept.empty()) return not_found(name);
    return plan;
}

/// Empty folders up to the models folder.
void remove_empty_above(const fs::path& file) {
    std::vector<fs::path> roots = models_folders();
    for (fs::path folder = file.parent_path(); folder.has_relative_path(); folder = folder.parent_path()) {
        const bool is_below =
            std::any_of(roots.begin(), roots.end(), [&](const fs::path& root) { return is_inside(folder, root); });
        std::error_code problem;
        if (!is_below || !fs::remove(folder, problem)) return;  // fs::remove refuses a folder that is not empty
    }
}

}  // namespace

Result<RemovalPlan> plan_removal(const std::string& name) {
    for (const RegisteredModel& model : registered_models()) {
        if (model.name == name) return RemovalPlan{name, model.path, true, {}, 0, {}};
    }
    if (name == "demo") {
        return Error{ErrorCode::kUnsupported,
                     "The demo model belongs to the program.",
                     {},
                     "NAME",
                     "Uninstall the program to remove it.",
                     {}};
    }
    if (const auto checked = check_model_name(name); !checked.ok()) return not_found(name);
    for (const fs::path& root : models_folders()) {
        const fs::path path = root / path_from_utf8(name);
        if (!is_taken(path)) continue;
        std::error_code ignored;
        if (fs::is_symlink(path, ignored))
            return not_ours(path, "is a link that Turbo Studio did not make",
                            "Delete the link yourself if you do not want it any more.");
        STUDIO_TRY(manifest, read_manifest(path));
        if (!manifest)
            return not_ours(path, "was not put there by Turbo Studio, so it deletes nothing of it",
                            "Delete it yourself if you do not want it any more.");
        RemovalPlan plan{name, path, false, {}, 0, {}};
        manifest->files.push_back({manifest_path(path), 0, {}});
        STUDIO_TRY_VOID(plan_files(manifest->files, plan));
        return plan;
    }
    for (const fs::path& root : models_folders()) {
        for (const char* const ending : {".safetensors", ".gguf", ".pth", ".pt"}) {
            const fs::path path = root / path_from_utf8(name + ending);
            if (is_taken(path))
                return not_ours(path, "was not put there by Turbo Studio, so it is not deleted",
                                "Delete it yourself if you do not want it any more.");
        }
    }
    return plan_catalogue_file(name);
}

Result<void> run_removal(const RemovalPlan& plan) {
    if (plan.is_only_forgotten) {
        STUDIO_TRY(was_there, forget_model(plan.name));
        if (!was_there) return not_found(plan.name);
        return {};
    }
    // The list of files goes last: what could not be deleted can then be tried again.
    for (const fs::path& file : plan.files) {
        std::error_code problem;
        fs::remove(file, problem);
        if (!problem) continue;
        const std::string name = path_to_utf8(file);
        return Error{ErrorCode::kIo,
                     fmt::format("{} cannot be deleted: {}.", escape_for_display(name, 1000), problem.message()),
                     name,
                     {},
                     "Close the programs that use it and check the permissions of its folder, then try again.",
                     {}};
    }
    for (const fs::path& file : plan.files)
        remove_empty_above(file);
    return {};
}

}  // namespace studio

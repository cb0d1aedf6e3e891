// `models add`: register in place, or copy and move into the models folder.
#include <fmt/format.h>

#include <algorithm>

#include "core/files.h"
#include "core/text.h"
#include "io/atomic_file.h"
#include "io/new_folder.h"
#include "library/added_parts.h"
#include "library/copy_files.h"
#include "library/model_manifest.h"
#include "library/model_places.h"
#include "library/model_store.h"

namespace studio {
namespace fs = std::filesystem;
namespace {

fs::path absolute_path(const fs::path& path) {
    std::error_code failed;
    fs::path full = fs::absolute(path, failed).lexically_normal();
    if (failed) full = path;
    return full.has_filename() ? full : full.parent_path();
}

Error name_taken(const std::string& name) {
    return invalid_argument("--name", fmt::format("There is already a model named {}.", escape_for_display(name)),
                            "Give another name with --name, or remove that model first.");
}

Result<void> require_free_name(const std::string& name) {
    STUDIO_TRY_VOID(check_model_name(name));
    bool is_taken = false;
    for (const RegisteredModel& model : registered_models())
        is_taken = is_taken || model.name == name;
    for (const fs::path& folder : models_folders()) {
        is_taken = is_taken || is_there(folder / path_from_utf8(name));
        for (const char* const ending : {".safetensors", ".gguf", ".pth", ".pt"})
            is_taken = is_taken || is_there(folder / path_from_utf8(name + ending));
    }
    if (is_taken) return name_taken(name);
    return {};
}

Result<io::NewFolder> new_folder(const fs::path& target) {
    std::error_code ignored;
    fs::create_directories(target.parent_path(), ignored);  // the models folder on the first day
    return io::NewFolder::create(target);
}

Result<void> put_in_place(io::NewFolder& folder) {
    STUDIO_TRY(is_placed, folder.commit());
    if (!is_placed) return name_taken(path_to_utf8(folder.target().filename()));
    return {};
}

/// Where each given path will lie inside the model's folder.
struct Layout {
    std::vector<std::pair<fs::path, fs::path>>
        items;        // given path, place relative to the folder ("." for a whole folder)
    AddedParts card;  // relative paths for the card; empty: the folder speaks for itself
};

Layout layout_of(const AddRequest& request, const AddedParts& parts) {
    Layout layout;
    if (request.paths.size() == 1) {
        layout.items.emplace_back(request.paths[0],
                                  is_folder(request.paths[0]) ? fs::path(".") : request.paths[0].filename());
        return layout;
    }
    for (const auto& [name, path] : parts) {
        // A folder per part: two files of the same name must not meet.
        const fs::path place = is_folder(path) ? fs::path(name) : fs::path(name) / path.filename();
        layout.items.emplace_back(path, place);
        layout.card[name] = place;
    }
    return layout;
}

Result<void> write_card(const fs::path& folder, const std::string& name, const AddedParts& parts) {
    Json list = Json::object();
    for (const auto& [part, path] : parts) {
        std::string text = path_to_utf8(path);
        if (path.is_relative()) std::replace(text.begin(), text.end(), '\\', '/');
        list[part] = text;
    }
    const Json card = {{"name", name}, {"parts", std::move(list)}};
    return io::write_text_file(folder / "turbo-studio.json", card.dump(1) + "\n");
}

using Moves = std::vector<std::pair<fs::path, fs::path>>;

/// On one disk a move is a change of names. False: it has to be copied.
bool move_by_name(const fs::path& from, const fs::path& to, Moves& moved) {
    std::error_code problem;
    fs::create_directories(to.parent_path(), problem);
    fs::remove(to, problem);  // an empty folder in its place; fails for anything else
    fs::rename(from, to, problem);
    if (problem) {
        fs::create_directories(to.parent_path(), problem);
        return false;
    }
    moved.emplace_back(from, to);
    return true;
}

/// Fill the folder while it still has another name.
Result<std::vector<FileCopy>> fill(const Layout& layout, const fs::path& aside, AddMode mode, const StoreReport& report,
                                   const std::stop_token& stop, Moves& moved) {
    std::vector<FileCopy> all, to_copy;
    for (const auto& [from, place] : layout.items) {
        const fs::path to = place == "." ? aside : aside / place;
        STUDIO_TRY(listed, list_copies(from, is_folder(from) ? to : to.parent_path()));
        auto& list = mode == AddMode::kMove && move_by_name(from, to, moved) ? all : to_copy;
        list.insert(list.end(), listed.begin(), listed.end());
    }
    STUDIO_TRY_VOID(copy_files(to_copy, report, stop));
    all.insert(all.end(), to_copy.begin(), to_copy.end());
    return all;
}

/// After a move by copying: the copied files, then the folders that are empty now.
void remove_sources(const std::vector<FileCopy>& copies, const Layout& layout) {
    std::error_code ignored;
    for (const FileCopy& copy : copies)
        fs::remove(copy.from, ignored);
    for (const auto& item : layout.items) {
        std::vector<fs::path> folders;
        for (fs::recursive_directory_iterator it(item.first, ignored), end; !ignored && it != end;
             it.increment(ignored)) {
            std::error_code no_folder;
            if (it->is_directory(no_folder) && !it->is_symlink(no_folder)) folders.push_back(it->path());
        }
        for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder)
            fs::remove(*folder, ignored);
        if (is_folder(item.first)) fs::remove(item.first, ignored);
    }
}

Result<fs::path> store(const AddRequest& request, const AddedParts& parts, const StoreReport& report,
                       const std::stop_token& stop) {
    const fs::path target = models_folders().front() / path_from_utf8(request.name);
    for (const fs::path& path : request.paths) {
        if (is_folder(path) && (is_inside(target, path) || absolute_path(target) == path))
            return invalid_argument(
                "PATH", fmt::format("{} holds the models folder itself.", escape_for_display(path_to_utf8(path), 300)),
                "Choose the model's own folder.");
    }
    const Layout layout = layout_of(request, parts);
    STUDIO_TRY(folder, new_folder(target));
    Moves moved;
    auto filled = fill(layout, folder.path(), request.mode, report, stop, moved);
    auto undo = [&] {
        std::error_code ignored;
        for (const auto& [from, to] : moved)
            fs::rename(to, from, ignored);
    };
    if (!filled.ok()) {
        undo();
        return std::move(filled).error();
    }
    ModelManifest manifest{request.mode == AddMode::kMove ? "moved" : "copied", {}};
    for (const FileCopy& copy : *filled)
        manifest.files.push_back({copy.to, copy.size, copy.sha256});
    auto finish = [&]() -> Result<void> {
        if (!layout.card.empty()) {
            STUDIO_TRY_VOID(write_card(folder.path(), request.name, layout.card));
            manifest.files.push_back({folder.path() / "turbo-studio.json", 0, {}});
        }
        // Paths in the list start with the folder's final name.
        for (OwnedFile& file : manifest.files)
            file.path = target / file.path.lexically_relative(folder.path());
        STUDIO_TRY_VOID(write_manifest(folder.path(), manifest));
        return put_in_place(folder);
    };
    if (auto finished = finish(); !finished.ok()) {
        undo();
        return std::move(finished).error();
    }
    if (request.mode == AddMode::kMove) {
        remove_sources(*filled, layout);
    }
    return target;
}

Result<fs::path> register_parts(const AddRequest& request, const AddedParts& parts) {
    const fs::path target = models_folders().front() / path_from_utf8(request.name);
    STUDIO_TRY(folder, new_folder(target));
    STUDIO_TRY_VOID(write_card(folder.path(), request.name, parts));
    // Paths in the list start with the folder's final name.
    STUDIO_TRY_VOID(write_manifest(folder.path(), {"parts", {{target / "turbo-studio.json", 0, {}}}}));
    STUDIO_TRY_VOID(put_in_place(folder));
    return target;
}

}  // namespace

Result<AddedModel> add_model(const AddRequest& given, const StoreReport& report, const std::stop_token& stop) {
    AddRequest request = given;
    if (request.paths.empty()) return invalid_argument("PATH", "No path is given.", "Name a model file or folder.");
    for (fs::path& path : request.paths)
        path = absolute_path(path);
    if (request.name.empty()) {
        const fs::path& first = request.paths.front();
        request.name = path_to_utf8(is_folder(first) ? first.filename() : first.stem());
    }
    AddedParts parts;
    if (request.paths.size() == 1) {
        STUDIO_TRY(info, check_model(request.paths.front()));
        static_cast<void>(info);
    } else {
        STUDIO_TRY(sorted, sort_added_parts(request.paths));
        parts = std::move(sorted);
    }
    STUDIO_TRY_VOID(require_free_name(request.name));
    fs::path path = request.paths.front();
    if (request.mode != AddMode::kInPlace) {
        STUDIO_TRY(stored, store(request, parts, report, stop));
        path = std::move(stored);
    } else if (request.paths.size() == 1) {
        STUDIO_TRY_VOID(register_model({request.name, path}));
    } else {
        STUDIO_TRY(made, register_parts(request, parts));
        path = std::move(made);
    }
    STUDIO_TRY(info, check_model(path));
    return AddedModel{request.name, path, std::move(info)};
}

}  // namespace studio

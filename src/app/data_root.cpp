#include "app/data_root.h"

#include <fmt/format.h>

#include <cstdlib>

#include "app/data_root_file.h"
#include "core/json.h"
#include "core/log.h"
#include "core/platform.h"
#include "core/text.h"
#include "io/atomic_file.h"

namespace studio {
namespace fs = std::filesystem;

namespace {

constexpr const char* kPortableMark = "portable";
constexpr const char* kPortableFolder = "turbo-studio-data";
constexpr const char* kFile = "data-root.json";

struct Decision {
    DataRoot root;
    fs::path file;  // where a choice is remembered; found before STUDIO_HOME hides the system's folders
    DataFolders system;
};

Decision& decision() {
    static Decision one;
    return one;
}

void set_home(const fs::path& path) {
#ifdef _WIN32
    _putenv_s("STUDIO_HOME", path_to_utf8(path).c_str());
#else
    ::setenv("STUDIO_HOME", path.c_str(), 1);
#endif
}

DataRoot decide(const fs::path& option, const RootFile& file) {
    std::error_code ignored;
    if (!option.empty()) return {DataRoot::Source::kOption, fs::absolute(option, ignored), {}, false};
    if (const char* const home = std::getenv("STUDIO_HOME"); home != nullptr && *home != '\0')
        return {DataRoot::Source::kEnvironment, fs::absolute(path_from_utf8(home), ignored), {}, false};
    const fs::path beside = platform::executable_path().parent_path();
    if (fs::is_regular_file(beside / kPortableMark, ignored))
        return {DataRoot::Source::kPortable, beside / kPortableFolder, {}, false};
    if (!file.root.empty())
        return {DataRoot::Source::kChosen, file.root, file.move_to, !fs::is_directory(file.root, ignored)};
    return {DataRoot::Source::kSystem, {}, file.move_to, false};
}

}  // namespace

DataFolders folders_below(const fs::path& root) {
    return {root / "data", root / "config", root / "state"};
}

DataFolders folders_of(const DataRoot& root) {
    return root.source == DataRoot::Source::kSystem ? decision().system : folders_below(root.path);
}

const fs::path& root_file_path() {
    return decision().file;
}

RootFile read_root_file(const fs::path& path) {
    RootFile file;
    std::error_code ignored;
    if (!fs::exists(path, ignored)) return file;
    const auto json = read_json_file(path);
    if (!json.ok() || !json->is_object()) return file;  // the system's folders then; nothing is lost by that
    const auto path_at = [&](const char* key) {
        const auto found = json->find(key);
        const bool is_text = found != json->end() && found->is_string();
        const fs::path value = is_text ? path_from_utf8(found->get<std::string>()) : fs::path();
        return value.is_absolute() ? value : fs::path();
    };
    file.root = path_at("root");
    if (const fs::path to = path_at("move_to"); !to.empty()) file.move_to = to;
    const auto old = json->find("remove");
    if (old == json->end() || !old->is_array()) return file;
    for (const Json& one : *old)
        if (one.is_string() && path_from_utf8(one.get<std::string>()).is_absolute())
            file.remove.push_back(path_from_utf8(one.get<std::string>()));
    return file;
}

Result<void> write_root_file(const RootFile& file) {
    Json json = Json::object();
    if (!file.root.empty()) json["root"] = path_to_utf8(file.root);
    if (file.move_to) json["move_to"] = path_to_utf8(*file.move_to);
    for (const fs::path& old : file.remove)
        json["remove"].push_back(path_to_utf8(old));
    std::error_code ignored;
    fs::create_directories(root_file_path().parent_path(), ignored);
    return io::write_text_file(root_file_path(), json.dump(1) + "\n");
}

DataRoot use_data_root(const fs::path& option) {
    Decision& one = decision();
    const bool is_given = std::getenv("STUDIO_HOME") != nullptr && *std::getenv("STUDIO_HOME") != '\0';
    if (!is_given) {
        one.system = {platform::user_data_dir(), platform::user_config_dir(), platform::user_state_dir()};
        one.file = one.system.config / kFile;
    }
    const RootFile file = is_given ? RootFile() : read_root_file(one.file);
    one.root = decide(option, file);
    if (!one.root.path.empty()) set_home(one.root.path);
    if (one.root.can_change() && !one.root.is_missing) finish_removal(file);
    return one.root;
}

const DataRoot& data_root() {
    return decision().root;
}

Result<void> choose_root(const fs::path& folder) {
    const auto checked = check_new_root(folder);
    if (!checked.ok()) return checked.error();
    for (const fs::path& one :
         {folders_below(folder).data, folders_below(folder).config, folders_below(folder).state}) {
        std::error_code problem;
        fs::create_directories(one, problem);
        if (problem)
            return Error{ErrorCode::kIo,
                         fmt::format("The folder {} cannot be made: {}.", escape_for_display(path_to_utf8(one), 1000),
                                     problem.message()),
                         path_to_utf8(one),
                         "folder",
                         "Choose another folder.",
                         {}};
    }
    RootFile file = read_root_file(root_file_path());
    file.root = folder;
    file.move_to.reset();
    // What was chosen until now, such as the language, goes along.
    std::error_code ignored;
    fs::copy_file(platform::user_config_dir() / "settings.json", folders_below(folder).config / "settings.json",
                  ignored);
    return write_root_file(file);
}

Result<void> schedule_move(const fs::path& folder) {
    const auto checked = check_new_root(folder);
    if (!checked.ok()) return checked.error();
    RootFile file = read_root_file(root_file_path());
    file.move_to = folder;
    STUDIO_TRY_VOID(write_root_file(file));
    decision().root.move_to = folder;
    return {};
}

Result<void> cancel_move() {
    if (!data_root().can_change()) return {};
    RootFile file = read_root_file(root_file_path());
    file.move_to.reset();
    STUDIO_TRY_VOID(write_root_file(file));
    decision().root.move_to.reset();
    return {};
}

}  // namespace studio

// Moving the data root: copy, compare, switch over in one atomic write, remove.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>

#include "app/data_root.h"
#include "app/data_root_file.h"
#include "core/disk_space.h"
#include "core/log.h"
#include "core/platform.h"
#include "core/text.h"
#include "io/atomic_file.h"
#include "io/sha256.h"
#include "library/copy_files.h"
#include "store/owner_lock.h"

namespace studio {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t kReserve = 256u << 20;
constexpr const char* kMovingMark = ".turbo-studio-moving";

std::string shown(const fs::path& path) {
    return escape_for_display(path_to_utf8(path), 1000);
}

Error folder_error(const fs::path& folder, std::string message, std::string fix) {
    Error error = invalid_argument("folder", std::move(message), std::move(fix));
    error.file = path_to_utf8(folder);
    return error;
}

/// Ours alone while the program runs, or of no use in another place.
bool is_left_out(const fs::path& file) {
    return file.extension() == ".lock" || file == root_file_path();
}

void for_each_entry(const fs::path& folder, const std::function<void(const fs::directory_entry&)>& visit) {
    std::error_code problem;
    fs::recursive_directory_iterator it(folder, fs::directory_options::skip_permission_denied, problem), end;
    for (; !problem && it != end; it.increment(problem))
        visit(*it);
}

std::uint64_t bytes_below(const fs::path& folder) {
    std::uint64_t bytes = 0;
    for_each_entry(folder, [&](const fs::directory_entry& entry) {
        std::error_code ignored;
        if (entry.is_symlink(ignored) || !entry.is_regular_file(ignored)) return;
        const auto size = entry.file_size(ignored);
        if (!ignored) bytes += size;
    });
    return bytes;
}

std::uint64_t free_on_disk(fs::path folder) {
    std::error_code problem;
    while (!fs::exists(folder, problem) && folder.has_relative_path())
        folder = folder.parent_path();
    const auto space = fs::space(folder, problem);
    return problem ? 0 : space.available;
}

bool is_same_or_inside(const fs::path& inner, const fs::path& outer) {
    std::error_code ignored;
    const fs::path a = fs::weakly_canonical(inner, ignored), b = fs::weakly_canonical(outer, ignored);
    return std::mismatch(b.begin(), b.end(), a.begin(), a.end()).first == b.end();
}

bool holds_something(const fs::path& folder) {
    std::error_code ignored;
    return fs::exists(folder, ignored) && !fs::is_empty(folder, ignored);
}

/// A link that points into the old root points into the new one afterwards.
fs::path moved_target(const fs::path& target, const fs::path& from, const fs::path& to) {
    if (!target.is_absolute() || !is_same_or_inside(target.parent_path(), from)) return target;
    return to / target.lexically_relative(from);
}

struct Work {
    std::vector<FileCopy> files;
    struct Link {
        fs::path at, target;
    };
    std::vector<Link> links;
    std::vector<fs::path> folders;
};

void plan_folder(const fs::path& from, const fs::path& to, Work& work) {
    work.folders.push_back(to);
    for_each_entry(from, [&](const fs::directory_entry& entry) {
        std::error_code ignored;
        const fs::path target = to / entry.path().lexically_relative(from);
        if (is_left_out(entry.path())) return;
        if (entry.is_symlink(ignored))
            work.links.push_back({target, moved_target(fs::read_symlink(entry.path(), ignored), from, to)});
        else if (entry.is_directory(ignored))
            work.folders.push_back(target);
        else if (entry.is_regular_file(ignored))
            work.files.push_back({entry.path(), target, entry.file_size(ignored), {}});
    });
}

Error cannot_write(const fs::path& path, const std::error_code& problem) {
    return Error{ErrorCode::kIo,
                 fmt::format("{} cannot be made: {}.", shown(path), problem.message()),
                 path_to_utf8(path),
                 "folder",
                 "Choose another folder. Nothing has changed.",
                 {}};
}

Result<void> copy_all(Work& work, const StoreReport& report, const std::stop_token& stop) {
    std::error_code problem;
    for (const fs::path& folder : work.folders) {
        fs::create_directories(folder, problem);
        if (problem) return cannot_write(folder, problem);
    }
    STUDIO_TRY_VOID(copy_files(work.files, report, stop));
    for (const Work::Link& link : work.links) {
        fs::create_symlink(link.target, link.at, problem);
        if (problem) return cannot_write(link.at, problem);
    }
    return {};
}

/// What the disk has, against what was read from the old place.
Result<void> compare_all(const Work& work, const StoreReport& report, const std::stop_token& stop) {
    std::uint64_t total = 0;
    for (const FileCopy& file : work.files)
        total += file.size;
    ProgressMeter meter("checking", total, work.files.size(), report);
    for (const FileCopy& file : work.files) {
        meter.start_file(file.to);
        STUDIO_TRY(hash, io::sha256_file(file.to, stop));
        if (hash != file.sha256)
            return Error{ErrorCode::kIo,
                         fmt::format("The copy {} differs from its original.", shown(file.to)),
                         path_to_utf8(file.to),
                         {},
                         "The disk may be damaged: choose another one. Nothing has changed.",
                         {}};
        meter.add(file.size);
        meter.end_file();
    }
    return {};
}

/// What an interrupted move began, and nothing else.
void remove_begun(const fs::path& to) {
    std::error_code ignored;
    if (!fs::exists(to / kMovingMark, ignored)) return;
    for (const fs::path& folder : folders_below(to).all())
        fs::remove_all(folder, ignored);
    fs::remove(to / kMovingMark, ignored);
}

Result<void> move_all(const fs::path& to, const StoreReport& report, const std::stop_token& stop) {
    const DataFolders old = folders_of(data_root()), fresh = folders_below(to);
    STUDIO_TRY_VOID(io::write_text_file(to / kMovingMark, "This folder is being filled. It may be deleted.\n"));
    Work work;
    plan_folder(old.data, fresh.data, work);
    plan_folder(old.config, fresh.config, work);
    plan_folder(old.state, fresh.state, work);
    STUDIO_TRY_VOID(copy_all(work, report, stop));
    STUDIO_TRY_VOID(compare_all(work, report, stop));
    if (stop.stop_requested()) return cancelled();
    RootFile file;
    file.root = to;
    file.remove = old.all();
    STUDIO_TRY_VOID(write_root_file(file));  // from here on the new root is the root
    std::error_code ignored;
    fs::remove(to / kMovingMark, ignored);
    finish_removal(file);
    return {};
}

}  // namespace

std::vector<FolderUse> folder_uses(const fs::path& videos, const std::stop_token& stop) {
    const fs::path data = platform::user_data_dir();
    const std::array<std::pair<const char*, fs::path>, 6> places{
        {{"models", data / "models"},
         {"queue", data / "queue"},
         {"settings", platform::user_config_dir()},
         {"state", platform::user_state_dir()},
         {"videos", videos},
         {"program", platform::executable_path().parent_path()}}};
    std::vector<FolderUse> uses;
    for (const auto& [key, path] : places) {
        if (stop.stop_requested() || path.empty()) continue;
        uses.push_back({key, path, bytes_below(path), free_on_disk(path)});
    }
    return uses;
}

Result<RootCheck> check_new_root(const fs::path& folder) {
    if (!data_root().can_change())
        return folder_error(folder,
                            "The folder was decided at the start of the program (option, STUDIO_HOME or the file "
                            "\"portable\" beside it).",
                            "Start the program without it to choose a folder here.");
    if (!folder.is_absolute())
        return folder_error(folder, fmt::format("'{}' is not the whole path of a folder.", shown(folder)),
                            "Choose a folder.");
    std::error_code problem;
    if (fs::exists(folder, problem) && !fs::is_directory(folder, problem))
        return folder_error(folder, fmt::format("{} is not a folder.", shown(folder)), "Choose a folder.");
    for (const fs::path& present : folders_of(data_root()).all()) {
        if (is_same_or_inside(folder, present) || (fs::exists(folder, problem) && is_same_or_inside(present, folder)))
            return folder_error(folder, fmt::format("{} and the present folder lie in each other.", shown(folder)),
                                "Choose a folder in another place.");
    }
    const bool is_ours = fs::exists(folder / kMovingMark, problem);
    for (const fs::path& one : folders_below(folder).all()) {
        if (!is_ours && holds_something(one))
            return folder_error(folder, fmt::format("{} holds files already.", shown(one)), "Choose an empty folder.");
    }
    fs::create_directories(folder, problem);
    auto probe = io::AtomicFile::create(folder / ".turbo-studio-probe");
    if (!probe.ok())
        return Error{
            ErrorCode::kIo, fmt::format("Nothing can be written into {}.", shown(folder)), path_to_utf8(folder),
            "folder",       "Choose another folder, or change its permissions.",           {}};
    RootCheck check;
    for (const fs::path& present : folders_of(data_root()).all())
        check.needed_bytes += bytes_below(present);
    check.free_bytes = free_on_disk(folder);
    STUDIO_TRY_VOID(require_disk_space(folder / "data", check.needed_bytes, kReserve));
    return check;
}

void finish_removal(RootFile file) {
    if (file.remove.empty()) return;
    bool is_all = true;
    const DataFolders used = folders_below(file.root);
    for (const fs::path& old : file.remove) {
        const auto in_use = used.all();
        if (std::any_of(in_use.begin(), in_use.end(), [&](const auto& one) { return is_same_or_inside(one, old); }))
            continue;  // never what is in use, whatever the file says
        std::error_code problem;
        for (fs::directory_iterator it(old, problem), end; !problem && it != end; it.increment(problem)) {
            std::error_code failed;
            if (it->path() != root_file_path()) fs::remove_all(it->path(), failed);
            is_all = is_all && !failed;
        }
        std::error_code ignored;
        fs::remove(old, ignored);  // only if it is empty now
    }
    if (!is_all) return;
    file.remove.clear();
    if (const auto written = write_root_file(file); !written.ok())
        log::warning("the old folder is gone, but that could not be noted: {}", written.error().message);
}

Result<void> run_move(const StoreReport& report, const std::stop_token& stop) {
    if (!data_root().move_to) return {};
    const fs::path to = *data_root().move_to;
    remove_begun(to);
    const auto checked = check_new_root(to);
    if (!checked.ok()) return checked.error();
    // Whoever has the queue open would go on writing into the old place.
    std::error_code ignored;
    const fs::path queue = folders_of(data_root()).data / "queue";
    if (fs::exists(queue, ignored)) {
        auto owner = store::OwnerLock::acquire(queue);
        if (!owner.ok()) return owner.error();
        const auto moved = move_all(to, report, stop);
        if (!moved.ok()) remove_begun(to);
        return moved;
    }
    const auto moved = move_all(to, report, stop);
    if (!moved.ok()) remove_begun(to);
    return moved;
}

}  // namespace studio

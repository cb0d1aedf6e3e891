// app/data_root.h - where the program keeps everything of its own, and moving it. Files: data, config, state below one
// root; or the system's three folders when no root is chosen.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/result.h"
#include "library/store_progress.h"

namespace studio {

struct DataRoot {
    enum class Source {
        kSystem,       // the user's folders
        kChosen,       // by the person; remembered in the system's folder for settings
        kPortable,     // a file "portable" beside the program: "turbo-studio-data" beside it
        kEnvironment,  // STUDIO_HOME
        kOption        // --data-root
    } source = Source::kSystem;
    std::filesystem::path path;  // empty for kSystem
    /// A move that waits for the next start; only kSystem and kChosen can move.
    std::optional<std::filesystem::path> move_to;
    bool is_missing = false;  // chosen, but not there: a drive that is not plugged in
    bool can_change() const { return source == Source::kSystem || source == Source::kChosen; }
};

/// Decide the root (option before STUDIO_HOME before the portable file before the chosen one) and make this process and
/// its children use it, by STUDIO_HOME. Also ends the removal of an old root that a crash interrupted.
/// Call  once, at the start of main(), before any thread and before the log is opened.
DataRoot use_data_root(const std::filesystem::path& option = {});
/// What use_data_root() decided.   Threads  any, after it.
const DataRoot& data_root();

/// One folder of the program and what lies in it.
struct FolderUse {
    std::string key;  // "models", "queue", "settings", "state", "videos", "program"
    std::filesystem::path path;
    std::uint64_t bytes = 0;
    std::uint64_t free_bytes = 0;  // of its disk
};
/// Reads sizes: may take seconds with many files.
std::vector<FolderUse> folder_uses(const std::filesystem::path& videos, const std::stop_token& stop);

struct RootCheck {
    std::uint64_t needed_bytes = 0, free_bytes = 0;
};
/// Can everything be moved to (or begun in) this folder?
/// Errors  InvalidArgument (`field` "folder"): no whole path, inside the present root or around it, holds data of the
/// program already, or the root is not this program's to change; Io: not writable, (`field` "disk") not enough space.
Result<RootCheck> check_new_root(const std::filesystem::path& folder);
/// Use it from the next start on, with nothing moved: for a first start.   Errors  those of check_new_root; Io.
Result<void> choose_root(const std::filesystem::path& folder);
/// Move everything at the next start.   Errors  those of check_new_root; Io.
Result<void> schedule_move(const std::filesystem::path& folder);
/// Forget a scheduled move.   Errors  Io.
Result<void> cancel_move();

/// The scheduled move: copy, compare every byte, switch over, remove the old. Before the switch the old root is whole,
/// after it the new one, whatever happens between. Call right after use_data_root() and restart the program afterwards.
/// Errors  those of check_new_root; Io; Cancelled. The old root is then in use as before and nothing new is left.
Result<void> run_move(const StoreReport& report, const std::stop_token& stop);

}  // namespace studio

#include "app/unfinished_files.h"

#include <fmt/format.h>

#include <atomic>
#include <chrono>

#include "core/files.h"
#include "core/json.h"
#include "core/log.h"
#include "core/platform.h"
#include "core/text.h"
#include "io/atomic_file.h"

namespace studio {
namespace fs = std::filesystem;
namespace {

fs::path notes_folder() {
    return platform::user_state_dir() / "unfinished";
}

fs::path lock_of(const fs::path& note) {
    fs::path lock = note;
    return lock.replace_extension(".lock");
}

// Two processes may ask at once: the lock of the note decides which one wins.
fs::path new_note() {
    static std::atomic<unsigned> count{0};
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto stamp = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
    return notes_folder() / fmt::format("{}-{}.json", stamp, count++);
}

/// Only what this program puts into a folder of pictures, and the folder itself once nothing else is in it.
bool remove_pictures(const fs::path& folder) {
    std::error_code ec;
    for (fs::directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec)) {
        const std::string name = path_to_utf8(it->path().filename());
        std::error_code ignored;
        if (name.starts_with("frame_") && name.ends_with(".png")) fs::remove(it->path(), ignored);
    }
    return fs::remove(folder, ec);
}

bool remove_part(const fs::path& part) {
    std::error_code ec;
    const fs::file_status status = fs::symlink_status(part, ec);
    if (part.extension() != ".part") return false;
    if (fs::is_directory(status)) return remove_pictures(part);
    return fs::is_regular_file(status) && fs::remove(part, ec);
}

void remove_left_over(const fs::path& note) {
    const auto lock = FileLock::try_lock(lock_of(note));
    if (!lock || !*lock) return;  // its process lives
    std::error_code ec;
    const auto content = read_json_file(note);
    if (content && content->is_object() && content->contains("part") && (*content)["part"].is_string()) {
        const fs::path part = path_from_utf8((*content)["part"].get<std::string>());
        if (remove_part(part))
            log::info("removed {}, left behind by a run that was killed", escape_for_display(path_to_utf8(part), 500));
    }
    fs::remove(note, ec);
}

}  // namespace

UnfinishedFile::UnfinishedFile(const fs::path& part) {
    std::error_code ec;
    const fs::path note = new_note();
    fs::create_directories(note.parent_path(), ec);
    auto lock = FileLock::try_lock(lock_of(note));
    if (!lock || !*lock) return;
    const fs::path absolute = fs::absolute(part, ec);
    const Json content = {{"part", path_to_utf8(ec ? part : absolute)}};
    if (const auto written = io::write_text_file(note, content.dump()); !written) {
        log::warning("no note of {}: {}", escape_for_display(path_to_utf8(part), 300), written.error().message);
        return;
    }
    lock_ = std::move(**lock);
    note_ = note;
}

UnfinishedFile::~UnfinishedFile() {
    std::error_code ec;
    if (!note_.empty()) fs::remove(note_, ec);
}

void remove_unfinished_files() {
    std::error_code ec;
    for (fs::directory_iterator it(notes_folder(), ec), end; !ec && it != end; it.increment(ec))
        if (it->path().extension() == ".json") remove_left_over(it->path());
}

}  // namespace studio

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

void remove_left_over(const fs::path& note) {
    const auto lock = FileLock::try_lock(lock_of(note));
    if (!lock || !*lock) return;  // its process lives
    std::error_code ec;
    const auto content = read_json_file(note);
    if (content && content->is_object() && content->contains("part") && (*content)["part"].is_string()) {
        const fs::path part = path_from_utf8((*content)["part"].get<std::string>());
        if (part.extension() == ".part" && fs::is_regular_file(fs::symlink_status(part, ec)) && fs::remove(part, ec))
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

#include "store/sidecar.h"

#include <fmt/format.h>

#include "core/text.h"
#include "io/atomic_file.h"

namespace studio::store {

namespace fs = std::filesystem;

fs::path sidecar_path(const fs::path& folder, const std::string& uid) {
    return folder / "jobs" / uid.substr(0, 2) / (uid + ".json");
}

Result<void> write_sidecar(const fs::path& folder, const JobRecord& record) {
    const fs::path path = sidecar_path(folder, record.uid);
    std::error_code ec;
    fs::create_directories(path.parent_path(), ec);
    if (ec) {
        return Error{ErrorCode::kIo,
                     fmt::format("The folder for jobs cannot be made: {}.", ec.message()),
                     path_to_utf8(path.parent_path()),
                     {},
                     "Free some space, or check that you may write there.",
                     {}};
    }
    // A prompt is checked before it gets here; if not, its bytes are replaced rather than the job refused.
    return io::write_text_file(path, to_json(record).dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

void remove_sidecar(const fs::path& folder, const std::string& uid) {
    std::error_code ec;
    fs::remove(sidecar_path(folder, uid), ec);
}

Sidecars read_sidecars(const fs::path& folder) {
    Sidecars found;
    std::error_code ec;
    for (fs::recursive_directory_iterator it(folder / "jobs", ec), end; !ec && it != end; it.increment(ec)) {
        if (it.depth() > 1) it.disable_recursion_pending();
        if (it->path().extension() != ".json") continue;
        const auto record = [&]() -> Result<JobRecord> {
            STUDIO_TRY(json, read_json_file(it->path(), {1 << 20, 24}));
            return record_from_json(json, path_to_utf8(it->path()));
        }();
        if (record)
            found.records.push_back(*record);
        else
            ++found.unreadable;
    }
    return found;
}

}  // namespace studio::store

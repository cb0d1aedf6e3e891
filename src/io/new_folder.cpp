#include "io/new_folder.h"

#include <fmt/format.h>

#include <random>
#include <utility>

#include "core/platform.h"
#include "core/text.h"

namespace studio::io {
namespace fs = std::filesystem;

Result<NewFolder> NewFolder::create(const fs::path& target) {
    NewFolder folder;
    folder.target_ = target;
    std::random_device random;
    const fs::path aside =
        target.parent_path() / path_from_utf8(fmt::format(".unfinished-{:08x}{:08x}", random(), random()));
    std::error_code problem;
    if (!fs::create_directory(aside, problem)) {
        const std::string name = path_to_utf8(target);
        return Error{ErrorCode::kIo,
                     fmt::format("{} cannot be created: {}.", escape_for_display(name, 1000),
                                 escape_for_display(problem ? problem.message() : "the name is taken")),
                     name,
                     {},
                     "Check that the folder above it exists and that you may write there.",
                     {}};
    }
    folder.aside_ = aside;
    return folder;
}

NewFolder::NewFolder(NewFolder&& other) noexcept
    : target_(std::move(other.target_)), aside_(std::exchange(other.aside_, fs::path())) {}

NewFolder::~NewFolder() {
    std::error_code ignored;
    if (!aside_.empty()) fs::remove_all(aside_, ignored);
}

Result<bool> NewFolder::commit() {
    STUDIO_TRY(is_placed, platform::rename_no_replace(aside_, target_));
    if (is_placed) aside_.clear();
    return is_placed;
}

}  // namespace studio::io

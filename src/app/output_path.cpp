#include "app/output_path.h"

#include <fmt/format.h>

#include "core/text.h"
#include "io/atomic_file.h"
#include "media/output_name.h"

namespace studio {
namespace fs = std::filesystem;
namespace {

constexpr const char* kDefaultFolder = "outputs";

Error output_error(ErrorCode code, const fs::path& path, std::string message, std::string fix) {
    return Error{code, std::move(message), path_to_utf8(path), "output", std::move(fix), {}};
}

std::string shown(const fs::path& path) {
    return escape_for_display(path_to_utf8(path), 1000);
}

bool has_mp4_extension(const fs::path& path) {
    std::string extension = path_to_utf8(path.extension());
    for (char& c : extension)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return extension == ".mp4";
}

Result<OutputChoice> in_folder(const fs::path& folder, const std::string& stem, OutputChoice choice) {
    choice.path = free_name(folder / path_from_utf8(stem + ".mp4"));
    return choice;
}

}  // namespace

// The only sure test, on read-only mounts and network folders too: write something.
Result<void> check_output_folder(const fs::path& folder, std::uint64_t needed_bytes) {
    auto probe = io::AtomicFile::create(folder / ".turbo-studio-probe");
    if (probe) {
        if (auto written = probe->write("?"); !written) return written.error().in_file(path_to_utf8(folder));
    } else {
        return output_error(ErrorCode::kIo, folder,
                            fmt::format("Nothing can be written into {}: {}", shown(folder), probe.error().message),
                            "Choose another folder with --output, or change its permissions.");
    }
    std::error_code ec;
    const auto space = fs::space(folder, ec);
    if (!ec && space.available < needed_bytes) {
        return output_error(ErrorCode::kIo, folder,
                            fmt::format("The disk of {} is full: {} are free, about {} are needed.", shown(folder),
                                        format_bytes(space.available), format_bytes(needed_bytes)),
                            "Free some space, or choose another folder with --output.");
    }
    return {};
}

Result<void> make_output_folder(const fs::path& output_path) {
    std::error_code ec;
    const fs::path folder = output_path.parent_path();
    if (fs::exists(fs::symlink_status(folder, ec)) || fs::create_directory(folder, ec) || !ec) return {};
    return output_error(ErrorCode::kIo, folder,
                        fmt::format("The folder {} cannot be made: {}.", shown(folder), ec.message()),
                        "Choose another folder with --output.");
}

fs::path free_name(const fs::path& path) {
    std::error_code ec;
    fs::path candidate = path;
    for (int n = 2; fs::exists(fs::symlink_status(candidate, ec)) && n < 100000; ++n) {
        candidate = path.parent_path() / path_from_utf8(fmt::format("{} ({}){}", path_to_utf8(path.stem()), n,
                                                                    path_to_utf8(path.extension())));
    }
    return candidate;
}

Result<OutputChoice> choose_output(const std::string& wanted, const std::string& stem, std::uint64_t needed_bytes) {
    if (wanted.find('\0') != std::string::npos)
        return output_error(ErrorCode::kInvalidArgument, {}, "The output path contains a NUL character.",
                            "Give another path.");
    OutputChoice choice;
    std::error_code ec;
    const fs::path given = wanted.empty() ? fs::path(kDefaultFolder) : path_from_utf8(wanted);
    const fs::path path = fs::absolute(given, ec).lexically_normal();
    if (wanted.empty() && !fs::exists(fs::symlink_status(path, ec))) {
        // Planning leaves no trace: the job makes the folder when it has frames to write.
        STUDIO_TRY_VOID(check_output_folder(path.parent_path(), needed_bytes));
        choice.notices.push_back(fmt::format("The folder {} will be made.", shown(path)));
        return in_folder(path, stem, std::move(choice));
    }
    if (fs::is_directory(path, ec)) {
        STUDIO_TRY_VOID(check_output_folder(path, needed_bytes));
        return in_folder(path, stem, std::move(choice));
    }
    const fs::path folder = path.parent_path();
    if (!path.has_filename() || !has_mp4_extension(path)) {
        if (fs::exists(path, ec) || path.has_extension())
            return output_error(ErrorCode::kInvalidArgument, path, fmt::format("{} does not end in .mp4.", shown(path)),
                                "Name a file that ends in .mp4, or an existing folder.");
        return output_error(ErrorCode::kNotFound, path, fmt::format("There is no folder {}.", shown(path)),
                            "Make it first, or name a file that ends in .mp4.");
    }
    if (!fs::is_directory(folder, ec))
        return output_error(ErrorCode::kNotFound, folder, fmt::format("There is no folder {}.", shown(folder)),
                            "Make it first, or choose another one.");
    STUDIO_TRY_VOID(media::check_target(path));
    STUDIO_TRY_VOID(check_output_folder(folder, needed_bytes));
    choice.path = free_name(path);
    if (choice.path != path)
        choice.notices.push_back(fmt::format("{} is there already; the video will be {}.", shown(path.filename()),
                                             shown(choice.path.filename())));
    return choice;
}

}  // namespace studio

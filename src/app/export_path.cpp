// Where an export goes.
#include <fmt/format.h>

#include "app/export_settings.h"
#include "app/output_path.h"
#include "core/text.h"
#include "media/output_name.h"

namespace studio {
namespace fs = std::filesystem;
namespace {

Error output_error(ErrorCode code, const fs::path& path, std::string message, std::string fix) {
    return {code, std::move(message), path_to_utf8(path), "output", std::move(fix), {}};
}

std::string shown(const fs::path& path) {
    return escape_for_display(path_to_utf8(path), 1000);
}

std::string lower_extension(const fs::path& path) {
    std::string extension = path_to_utf8(path.extension());
    for (char& c : extension)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return extension;
}

/// A name that tells its source from its export. One that must tell nothing does not repeat the source's, which may
/// hold words of the prompt.
std::string suggested_name(const ExportRequest& request) {
    const bool is_anonymous = request.metadata != ExportMetadata::kKeep;
    std::string name = is_anonymous ? "video" : path_to_utf8(request.source.stem());
    if (request.format == ExportFormat::kPng) return name + " frames";
    const std::string extension(export_extension(request.format));
    if (extension == lower_extension(request.source) && !is_anonymous)
        name += request.format == ExportFormat::kHevc ? " hevc" : " export";
    return name + extension;
}

bool is_source(const fs::path& target, const fs::path& source) {
    std::error_code ec;
    return fs::equivalent(target, source, ec) && !ec;
}

Result<void> check_extension(const fs::path& path, ExportFormat format) {
    const std::string_view wanted = export_extension(format);
    if (wanted.empty() || lower_extension(path) == wanted) return {};
    return output_error(ErrorCode::kInvalidArgument, path, fmt::format("{} does not end in {}.", shown(path), wanted),
                        fmt::format("Name a file that ends in {}, or an existing folder.", wanted));
}

}  // namespace

Result<fs::path> export_target(const ExportRequest& request, std::uint64_t needed_bytes) {
    std::error_code ec;
    const bool is_folder_wish = request.format == ExportFormat::kPng;
    fs::path path = request.target.empty() ? request.source.parent_path() / path_from_utf8(suggested_name(request))
                                           : request.target;
    if (path_to_utf8(path).find('\0') != std::string::npos)
        return output_error(ErrorCode::kInvalidArgument, {}, "The output path contains a NUL character.",
                            "Give another path.");
    path = fs::absolute(path, ec).lexically_normal();
    if (!path.has_filename()) path = path.parent_path();  // "folder/"
    if (!is_folder_wish && fs::is_directory(path, ec)) path /= path_from_utf8(suggested_name(request));
    STUDIO_TRY_VOID(check_extension(path, request.format));
    const fs::path folder = path.parent_path();
    if (!fs::is_directory(folder, ec))
        return output_error(ErrorCode::kNotFound, folder, fmt::format("There is no folder {}.", shown(folder)),
                            "Make it first, or choose another one.");
    if (is_folder_wish && request.overwrite && fs::exists(fs::symlink_status(path, ec)))
        return output_error(ErrorCode::kInvalidArgument, path,
                            fmt::format("{} is there already, and a folder is never replaced.", shown(path)),
                            "Choose another name, or remove that folder first.");
    if (!is_folder_wish || !fs::is_directory(fs::symlink_status(path, ec))) STUDIO_TRY_VOID(media::check_target(path));
    STUDIO_TRY_VOID(check_output_folder(folder, needed_bytes));
    if (request.overwrite) return path;
    if (is_source(path, request.source))
        return output_error(ErrorCode::kInvalidArgument, path, "The export would replace its own source.",
                            "Choose another name, or ask for it to be replaced (--overwrite).");
    return free_name(path);
}

}  // namespace studio

#include "media/av_error.h"

#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <mutex>
#include <string_view>

#include "core/log.h"
#include "core/text.h"
#include "media/av_ptr.h"

namespace studio::media {
namespace {

void log_callback(void* context, int level, const char* format, va_list arguments) noexcept {
    if (level > AV_LOG_WARNING || !log::enabled(log::Level::kDebug)) return;
    std::array<char, 512> line{};
    if (std::vsnprintf(line.data(), line.size(), format, arguments) <= 0) return;
    try {
        const AVClass* const kind = context ? *static_cast<AVClass**>(context) : nullptr;
        log::debug("ffmpeg {}: {}", kind ? kind->class_name : "", escape_for_display(line.data(), 300));
    } catch (...) {  // a log line is not worth a job
    }
}

}  // namespace

std::string av_message(int code) {
    std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
    av_strerror(code, text.data(), text.size());
    return text.data();
}

Error read_failure(int code, const std::filesystem::path& path, const std::string& doing) {
    if (code == AVERROR(ENOMEM))
        return {ErrorCode::kOutOfMemory,
                "Not enough memory while " + doing + ".",
                path_to_utf8(path),
                {},
                "Close other programs, then try again.",
                {}};
    if (code == AVERROR_EXIT)
        return corrupt_file(path_to_utf8(path), {}, "The video takes too long to open: its structure makes no sense.",
                            "Use another copy of the video.");
    const bool is_data = code == AVERROR_INVALIDDATA || code == AVERROR_EOF || code == AVERROR(EINVAL) ||
                         code == AVERROR_STREAM_NOT_FOUND || code == AVERROR_BUG || code == AVERROR_PATCHWELCOME ||
                         code == AVERROR(EPERM);
    if (is_data)
        return corrupt_file(path_to_utf8(path), {},
                            "Failed while " + doing + ": damaged, or no MP4 (" + av_message(code) + ").",
                            "Use another copy of the video, or one that was made by this program.");
    return {ErrorCode::kIo,
            "Failed while " + doing + ": " + av_message(code) + ".",
            path_to_utf8(path),
            {},
            "Check that the file can be read, then try again.",
            {}};
}

Error write_failure(int code, const std::filesystem::path& path) {
    Error error{ErrorCode::kIo, "Cannot write the video: " + av_message(code) + ".",        path_to_utf8(path),
                "output",       "Check the disk and the folder, or choose another folder.", {}};
    if (code == AVERROR(ENOSPC)) error.fix = "Free some space on that disk, or choose a folder on another one.";
    if (code == AVERROR(EFBIG))
        error.fix = "The file would pass a size limit of the disk or the account; choose another folder.";
    return error;
}

Error encoder_failure(int code, const std::string& doing) {
    if (code == AVERROR(ENOMEM))
        return {ErrorCode::kOutOfMemory,
                "Not enough memory while " + doing + ".",
                {},
                {},
                "Choose a smaller size or fewer threads.",
                {}};
    return {ErrorCode::kUnsupported,
            "The H.264 encoder failed while " + doing + ": " + av_message(code) + ".",
            {},
            "video",
            "Try other encoder settings (crf, preset); if it stays, reinstall FFmpeg's libraries.",
            {}};
}

void route_av_log() {
    static std::once_flag once;
    std::call_once(once, [] { av_log_set_callback(log_callback); });
}

}  // namespace studio::media

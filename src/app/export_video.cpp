#include "app/export_video.h"

#include <new>
#include <optional>

#include "app/export_settings.h"
#include "app/unfinished_files.h"
#include "core/text.h"

namespace studio {
namespace {

Result<media::TranscodeResult> write(const ExportRequest& request, const ExportSettings& settings,
                                     const std::stop_token& stop,
                                     const std::function<void(const ExportProgress&)>& on_progress) {
    std::optional<UnfinishedFile> note;  // lives until the file has its name or is gone
    media::TranscodeHooks hooks;
    hooks.stop = stop;
    hooks.on_part = [&note](const std::filesystem::path& part) { note.emplace(part); };
    if (on_progress)
        hooks.on_progress = [&on_progress](std::int64_t done, std::int64_t total) { on_progress({done, total}); };
    if (request.format == ExportFormat::kCopy)
        return media::remux(request.source, settings.plan.target, settings.transcode, hooks);
    return media::transcode(request.source, settings.plan.target, settings.transcode, hooks);
}

}  // namespace

Result<ExportPlan> plan_export(const ExportRequest& request) {
    STUDIO_TRY(settings, export_settings(request));
    return settings.plan;
}

Result<ExportResult> export_video(const ExportRequest& request, const std::stop_token& stop,
                                  const std::function<void(const ExportProgress&)>& on_progress) {
    try {
        STUDIO_TRY(settings, export_settings(request));
        STUDIO_TRY(made, write(request, settings, stop, on_progress));
        return ExportResult{made.path, made.bytes,      made.width,      made.height,
                            made.fps,  made.num_frames, made.duration_s, settings.plan.notices};
    } catch (const std::bad_alloc&) {
        return Error{ErrorCode::kOutOfMemory,
                     "There is not enough memory for this export.",
                     path_to_utf8(request.source),
                     {},
                     "Close other programs, or choose a smaller size.",
                     {}};
    }
}

}  // namespace studio

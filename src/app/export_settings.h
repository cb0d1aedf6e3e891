// app/export_settings.h - a request to export, decided and checked: what media is told to do.   Not for the window.
#pragma once
#include <map>
#include <string>

#include "app/export_video.h"
#include "media/transcode.h"

namespace studio {

media::ExportCodec export_codec(ExportFormat format);
std::string_view export_extension(ExportFormat format);
/// On the format's own scale; 0 for those without one.
int crf_of(ExportFormat format, ExportQuality quality);

struct ExportSettings {
    ExportPlan plan;
    media::TranscodeSettings transcode;
};
/// Errors   those of plan_export.
Result<ExportSettings> export_settings(const ExportRequest& request);

/// What of the source's metadata goes into the export.
std::map<std::string, std::string> exported_metadata(const std::map<std::string, std::string>& source,
                                                     ExportMetadata wish, ExportFormat format);

/// Where it goes: absolute, with the format's extension, in a folder that can be written.
/// Errors   field "output": InvalidArgument (another extension), NotFound, Io.
Result<std::filesystem::path> export_target(const ExportRequest& request, std::uint64_t needed_bytes);

}  // namespace studio

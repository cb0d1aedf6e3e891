// Names and abilities of the formats, for the command line, the settings file and the window.
#include <algorithm>
#include <array>

#include "app/export_settings.h"
#include "media/filtered_pictures.h"

namespace studio {
namespace {

struct FormatRow {
    ExportFormat format;
    std::string_view key, extension;
    media::ExportCodec codec;
    std::array<int, 4> crf;  // small, good, high, best
};
constexpr std::array<FormatRow, 7> kFormats = {{
    {ExportFormat::kH264, "h264", ".mp4", media::ExportCodec::kH264, {28, 23, 18, 12}},
    {ExportFormat::kHevc, "hevc", ".mp4", media::ExportCodec::kHevc, {31, 26, 21, 15}},
    {ExportFormat::kWebm, "webm", ".webm", media::ExportCodec::kVp9, {42, 34, 26, 16}},
    {ExportFormat::kAv1, "av1", ".webm", media::ExportCodec::kAv1, {46, 37, 28, 18}},
    {ExportFormat::kGif, "gif", ".gif", media::ExportCodec::kGif, {}},
    {ExportFormat::kPng, "png", "", media::ExportCodec::kPng, {}},
    {ExportFormat::kCopy, "copy", ".mp4", media::ExportCodec::kH264, {}},
}};
constexpr std::array<std::string_view, 4> kQualities = {"small", "good", "high", "best"};
constexpr std::array<std::string_view, 3> kMetadata = {"keep", "label", "none"};

const FormatRow& row(ExportFormat format) {
    return *std::find_if(kFormats.begin(), kFormats.end(), [format](const FormatRow& r) { return r.format == format; });
}

template <class Value, std::size_t N>
std::optional<Value> value_of(const std::array<std::string_view, N>& keys, std::string_view key) {
    const auto found = std::find(keys.begin(), keys.end(), key);
    return found == keys.end() ? std::nullopt : std::optional(static_cast<Value>(found - keys.begin()));
}

ExportFormatInfo describe(const FormatRow& r) {
    ExportFormatInfo info;
    info.format = r.format;
    info.key = r.key;
    info.extension = r.extension;
    info.is_available = true;
    if (r.format != ExportFormat::kCopy) {
        const media::CodecTraits& codec = media::traits(r.codec);
        info.crf_best = codec.crf_best;
        info.crf_smallest = codec.crf_smallest;
        Result<void> state = media::has_encoder(codec);
        if (state.ok() && r.format == ExportFormat::kGif) state = media::has_palettes();
        info.is_available = state.ok();
        if (!state.ok()) info.reason = state.error().message + " " + state.error().fix;
    }
    return info;
}

}  // namespace

std::vector<ExportFormatInfo> export_formats() {
    std::vector<ExportFormatInfo> all;
    for (const FormatRow& r : kFormats)
        all.push_back(describe(r));
    return all;
}

Result<void> can_interpolate() {
    return media::has_interpolation();
}

std::optional<ExportFormat> export_format(std::string_view key) {
    for (const FormatRow& r : kFormats)
        if (r.key == key) return r.format;
    return std::nullopt;
}

std::string_view to_string(ExportFormat format) noexcept {
    return row(format).key;
}

std::optional<ExportQuality> export_quality(std::string_view key) {
    return value_of<ExportQuality>(kQualities, key);
}

std::string_view to_string(ExportQuality quality) noexcept {
    return kQualities[static_cast<std::size_t>(quality)];
}

std::optional<ExportMetadata> export_metadata(std::string_view key) {
    return value_of<ExportMetadata>(kMetadata, key);
}

std::string_view to_string(ExportMetadata metadata) noexcept {
    return kMetadata[static_cast<std::size_t>(metadata)];
}

media::ExportCodec export_codec(ExportFormat format) {
    return row(format).codec;
}

std::string_view export_extension(ExportFormat format) {
    return row(format).extension;
}

int crf_of(ExportFormat format, ExportQuality quality) {
    return row(format).crf[static_cast<std::size_t>(quality)];
}

}  // namespace studio

#include "image/still.h"

#include <fmt/format.h>

#include <new>

#include "core/text.h"
#include "image/decoder.h"
#include "image/orient.h"

namespace studio::image {
namespace {

std::unique_ptr<Decoder> make_decoder(const Source& source, Kind kind) {
    switch (kind) {
        case Kind::kPng:
            return make_png_decoder(source);
        case Kind::kJpeg:
            return make_jpeg_decoder(source);
        case Kind::kWebp:
            return make_webp_decoder(source);
        case Kind::kBmp:
        case Kind::kGif:
            break;
    }
    return make_ffmpeg_decoder(source, kind);
}

StillInfo info_of(Kind kind, const Header& header) {
    const bool is_turned = swaps_sides(header.orientation);
    return {to_string(kind), is_turned ? header.height : header.width, is_turned ? header.width : header.height};
}

void add_notices(const Header& header, const RowSink& sink, Still& still) {
    auto& notices = still.notices;
    notices = header.notices;
    if (header.is_animated) notices.push_back("The image is animated: its first frame is used.");
    if (sink.profile().state() == ColorProfile::State::kBroken)
        notices.push_back("The image's colour profile is damaged or does not fit: it is ignored.");
    if (sink.had_transparency())
        notices.push_back("The image has transparent parts: they are filled with the background colour.");
    if (still.pixels.width < still.info.width)
        notices.push_back(fmt::format("The image has {} x {} pixels and was read at {} x {}.", still.info.width,
                                      still.info.height, still.pixels.width, still.pixels.height));
}

Result<Still> decode(const Source& source, const StillOptions& options) {
    STUDIO_TRY(kind, kind_of(source));
    const auto decoder = make_decoder(source, kind);
    STUDIO_TRY(header, decoder->read_header());
    RowSink sink(options.background);
    STUDIO_TRY_VOID(decoder->decode(sink));
    if (!sink.is_complete()) return source.damaged("it ends early");
    Still still;
    still.info = info_of(kind, header);
    still.pixels = upright(sink.take(), header.orientation);
    add_notices(header, sink, still);
    return still;
}

}  // namespace

Result<Still> read_still(const std::filesystem::path& path, const StillOptions& options) {
    STUDIO_TRY(source, Source::read(path));
    try {
        return decode(source, options);
    } catch (const std::bad_alloc&) {
        return source.no_memory();
    }
}

Result<StillInfo> read_still_info(const std::filesystem::path& path) {
    STUDIO_TRY(source, Source::read(path));
    try {
        STUDIO_TRY(kind, kind_of(source));
        STUDIO_TRY(header, make_decoder(source, kind)->read_header());
        return info_of(kind, header);
    } catch (const std::bad_alloc&) {
        return source.no_memory();
    }
}

}  // namespace studio::image

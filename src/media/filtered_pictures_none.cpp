// This build has no libavfilter.
#include "media/filtered_pictures.h"

namespace studio::media {
namespace {

Error missing(const char* what) {
    return {ErrorCode::kUnsupported,
            std::string(what) + " needs FFmpeg's library libavfilter, and this program was built without it.",
            {},
            "format",
            "Install libavfilter-dev and build the program again, or choose another format.",
            {}};
}

}  // namespace

Result<void> has_interpolation() {
    return missing("Drawing frames in between");
}

Result<void> has_palettes() {
    return missing("A GIF");
}

Result<std::unique_ptr<PictureSource>> interpolated(std::unique_ptr<PictureSource>, int, int, AVRational) {
    return missing("Drawing frames in between");
}

Result<FramePtr> best_palette(PictureSource&, int, int, int) {
    return missing("A GIF");
}

Result<std::unique_ptr<PictureSource>> paletted(std::unique_ptr<PictureSource>, int, int, const AVFrame&, const char*) {
    return missing("A GIF");
}

}  // namespace studio::media

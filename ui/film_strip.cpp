#include "ui/film_strip.h"

#include <cmath>

namespace studio::ui {

namespace {
Result<void> check(const std::vector<Frame>& frames, double fps) {
    const std::string fix = "Make the video again; if it happens again, report it.";
    if (frames.empty()) return corrupt_file({}, "frames", "The video has no pictures.", fix);
    if (!(fps > 0) || !std::isfinite(fps)) return corrupt_file({}, "fps", "The video has no frame rate.", fix);
    const Frame& first = frames.front();
    for (const Frame& frame : frames) {
        const bool is_sized = frame.width > 0 && frame.height > 0 && frame.width == first.width &&
                              frame.height == first.height && frame.width <= 32768 && frame.height <= 32768;
        if (!is_sized || frame.rgb.size() != std::size_t(frame.width) * std::size_t(frame.height) * 3)
            return corrupt_file({}, "frames", "A picture of the video does not have the size that it states.", fix);
    }
    return {};
}

/// An image over the frame's own bytes, which it deletes when the last copy goes.
QImage adopt(Frame frame) {
    const int width = frame.width, height = frame.height;
    auto* owner = new std::vector<std::uint8_t>(std::move(frame.rgb));
    return QImage(
        static_cast<const uchar*>(owner->data()), width, height, qsizetype(width) * 3, QImage::Format_RGB888,
        [](void* bytes) { delete static_cast<std::vector<std::uint8_t>*>(bytes); }, owner);
}
}  // namespace

Result<FilmStripPtr> make_film_strip(std::vector<Frame> frames, double fps) {
    STUDIO_TRY_VOID(check(frames, fps));
    auto strip = std::make_shared<FilmStrip>();
    strip->fps = fps;
    strip->frames.reserve(frames.size());
    for (Frame& frame : frames)
        strip->frames.push_back(adopt(std::move(frame)));
    return FilmStripPtr(std::move(strip));
}

Result<FilmStripPtr> copy_film_strip(const std::vector<Frame>& frames, double fps) {
    return make_film_strip(frames, fps);
}

}  // namespace studio::ui

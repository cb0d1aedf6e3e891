// ui/film_strip.h - decoded pictures ready to paint, shared between the loader's thread and the player.
#pragma once
#include <QImage>
#include <memory>
#include <vector>

#include "core/frame.h"
#include "core/result.h"

namespace studio::ui {

struct FilmStrip {
    double fps = 0;              // > 0
    std::vector<QImage> frames;  // at least one, all of one size
};
using FilmStripPtr = std::shared_ptr<const FilmStrip>;

/// Make images from finished frames. The pixels are moved, not copied.
/// Errors    CorruptFile: no frames, no frame rate, or a frame whose bytes do not fit its size.
/// Threads   any.
Result<FilmStripPtr> make_film_strip(std::vector<Frame> frames, double fps);

/// The same from frames that others keep reading: the pixels are copied. For previews, which are small.
Result<FilmStripPtr> copy_film_strip(const std::vector<Frame>& frames, double fps);

}  // namespace studio::ui

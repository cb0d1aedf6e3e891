// media/filtered_pictures.h - what libavfilter does better than anybody: movement drawn between frames, and the 256
// colours that fit a whole clip. Built without it (filtered_pictures_none.cpp), both are refused with a reason.
#pragma once
#include <memory>

#include "core/result.h"
#include "media/picture_source.h"

namespace studio::media {

/// Are the filters here?   Errors   Unsupported, saying what is missing.
Result<void> has_interpolation();
Result<void> has_palettes();

/// New pictures along the movement, `rate` a second. The ends may be a little short: EvenPictures on top fills them.
Result<std::unique_ptr<PictureSource>> interpolated(std::unique_ptr<PictureSource> source, int width, int height,
                                                    AVRational rate);

/// The best `num_colors` (2 to 256) of all pictures of `source` (RGB24), as a picture of 16x16.
Result<FramePtr> best_palette(PictureSource& source, int width, int height, int num_colors);

/// The pictures (RGB24) in the colours of that palette (pal8). `dither`: name of paletteuse's method.
Result<std::unique_ptr<PictureSource>> paletted(std::unique_ptr<PictureSource> source, int width, int height,
                                                const AVFrame& palette, const char* dither);

}  // namespace studio::media

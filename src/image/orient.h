// image/orient.h - pictures the right way up.
#pragma once
#include "core/frame.h"

namespace studio::image {

constexpr bool swaps_sides(int orientation) noexcept {
    return orientation >= 5;
}
/// EXIF orientation 1 to 8 applied: the result is upright.
Frame upright(Frame frame, int orientation);

}  // namespace studio::image

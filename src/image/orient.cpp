#include "image/orient.h"

#include <algorithm>

namespace studio::image {
namespace {

struct Place {
    int x, y;
};

/// Where the stored picture holds what stands at (x, y) upright; w and h are the stored sides.
Place stored_place(int x, int y, int w, int h, int orientation) {
    switch (orientation) {
        case 2:
            return {w - 1 - x, y};
        case 3:
            return {w - 1 - x, h - 1 - y};
        case 4:
            return {x, h - 1 - y};
        case 5:
            return {y, x};
        case 6:
            return {y, h - 1 - x};
        case 7:
            return {w - 1 - y, h - 1 - x};
        case 8:
            return {w - 1 - y, x};
        default:
            return {x, y};
    }
}

}  // namespace

Frame upright(Frame frame, int orientation) {
    if (orientation < 2 || orientation > 8) return frame;
    Frame out;
    out.width = swaps_sides(orientation) ? frame.height : frame.width;
    out.height = swaps_sides(orientation) ? frame.width : frame.height;
    out.index = frame.index;
    out.rgb.resize(frame.rgb.size());
    std::size_t at = 0;
    for (int y = 0; y < out.height; ++y) {
        for (int x = 0; x < out.width; ++x, at += 3) {
            const Place from = stored_place(x, y, frame.width, frame.height, orientation);
            const std::size_t source = (static_cast<std::size_t>(from.y) * static_cast<std::size_t>(frame.width) +
                                        static_cast<std::size_t>(from.x)) *
                                       3;
            std::copy_n(&frame.rgb[source], 3, &out.rgb[at]);
        }
    }
    return out;
}

}  // namespace studio::image

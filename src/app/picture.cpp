#include "app/picture.h"

#include "image/still.h"

namespace studio {

Result<Picture> read_picture(const std::filesystem::path& path) {
    STUDIO_TRY(still, image::read_still(path));
    Picture picture;
    picture.width = still.info.width;
    picture.height = still.info.height;
    picture.notices = std::move(still.notices);
    picture.pixels = std::move(still.pixels);
    return picture;
}

}  // namespace studio

#include "image/still.h"

#include "component/call.h"
#include "component/components.h"
#include "core/log.h"
#include "core/text.h"

namespace studio::component {

void run_image(Call& call) {
    const std::string path = call.options.text("path", std::nullopt);
    if (call.arguments().model)
        throw Failure(invalid_argument("--model", "The image component has no model file.", "Leave --model out."));
    call.begin();
    image::Still still = image::read_still(path_from_utf8(path)).value();
    for (const std::string& notice : still.notices) log::info("{}", notice);
    const Frame& frame = still.pixels;
    call.output("image_u8",
                at::from_blob(const_cast<std::uint8_t*>(frame.rgb.data()), {frame.height, frame.width, 3}, at::kByte));
}

}  // namespace studio::component

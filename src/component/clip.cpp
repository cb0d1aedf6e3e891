#include "component/call.h"
#include "component/components.h"
#include "core/log.h"
#include "core/result.h"
#include "core/text.h"
#include "image/still.h"
#include "model/clip_encoder.h"

namespace studio::component {
namespace {

struct ClipOptions {
    std::optional<std::string> image, path, pixel_values;
};

ClipOptions read_options(Call& call) {
    ClipOptions out;
    out.image = call.options.optional_text("image");
    out.path = call.options.optional_text("path");
    out.pixel_values = call.options.optional_text("pixel_values");
    if (int{out.image.has_value()} + int{out.path.has_value()} + int{out.pixel_values.has_value()} > 1) {
        throw Failure(invalid_argument(out.path ? "path" : "image",
                                       "Only one of image, path and pixel_values can be encoded.",
                                       "Give one of them."));
    }
    (void)call.model();
    if (!out.path) call.need_inputs();
    call.begin();
    return out;
}

at::Tensor read_file(const std::string& path) {
    image::Still still = image::read_still(path_from_utf8(path)).value();
    for (const std::string& notice : still.notices)
        log::info("{}", notice);
    const Frame& frame = still.pixels;
    return at::from_blob(const_cast<std::uint8_t*>(frame.rgb.data()), {frame.height, frame.width, 3}, at::kByte)
        .clone();
}

}  // namespace

void run_clip(Call& call) {
    const ClipOptions options = read_options(call);
    const auto encoder = ClipEncoder::load(open_model(call, checkpoint::Role::kClip), call.compute());
    const std::int64_t side = encoder->config().image_size;
    at::Tensor pixels;
    if (options.pixel_values) {
        pixels = call.inputs().f32(*options.pixel_values, {kAny, 3, side, side}, "(images, RGB, height, width)");
    } else {
        pixels = encoder->prepare(options.path ? read_file(*options.path)
                                               : call.inputs().of_type(options.image.value_or("image_u8"), at::kByte,
                                                                       {kAny, kAny, 3}, "(height, width, RGB)"));
    }
    const auto encoded = encoder->encode(pixels, true, call.stop);
    call.output("pixel_values", pixels);
    call.output("features", encoded.features);
    call.output("last", encoded.last);
}

}  // namespace studio::component

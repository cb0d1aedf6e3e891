#include "pipeline/image_fit.h"

#include "core/result.h"
#include "pipeline/resample.h"

namespace studio::pipeline {
namespace {

struct Size {
    int width, height;
};

at::Tensor bytes_to_m1p1(const at::Tensor& u8_1chw) {
    return u8_1chw.to(at::kFloat).div_(255.0).sub_(0.5).div_(0.5);
}

at::Tensor as_1chw(const Frame& image) {
    return at::from_blob(const_cast<std::uint8_t*>(image.rgb.data()), {image.height, image.width, 3}, at::kByte)
        .permute({2, 0, 1})
        .unsqueeze(0)
        .contiguous();
}

/// The largest middle part of the image with the video's shape.
Frame crop_to_ratio(const Frame& image, const VideoShape& shape) {
    const double ratio = double(shape.width) / shape.height;
    const double wanted_width = image.height * ratio, wanted_height = image.width / ratio;
    const auto side = [](double wanted, int limit) {
        return std::clamp(static_cast<int>(std::nearbyint(wanted)), 1, limit);
    };
    return crop_centre(image, side(wanted_width, image.width), side(wanted_height, image.height));
}

/// The size at which the whole image fits into the video.
Size inner_size(const Frame& image, const VideoShape& shape) {
    const double scale = std::min(double(shape.width) / image.width, double(shape.height) / image.height);
    const auto side = [&](int stored, int limit) {
        return std::clamp(static_cast<int>(std::nearbyint(stored * scale)), 1, limit);
    };
    return {side(image.width, shape.width), side(image.height, shape.height)};
}

at::Tensor resized(const Frame& image, Size size, ResizeRule rule) {
    switch (rule) {
        case ResizeRule::kBicubic: {
            const std::vector<float> values = resize_bicubic(image, size.width, size.height);
            return at::from_blob(const_cast<float*>(values.data()), {1, 3, size.height, size.width}, at::kFloat)
                .clone();
        }
        case ResizeRule::kLanczos:
            return bytes_to_m1p1(as_1chw(resize_lanczos(image, size.width, size.height)));
        case ResizeRule::kBilinear:
            break;
    }
    // On 8 bits, as torchvision does it: the result is rounded to whole values before it is normalised.
    return bytes_to_m1p1(at::_upsample_bilinear2d_aa(as_1chw(image), {size.height, size.width}, false));
}

/// TI2V-5B: to cover the video, then the middle (spec: wan.md 7.3).
at::Tensor covered(const Frame& image, const VideoShape& shape) {
    const double scale = std::max(double(shape.width) / image.width, double(shape.height) / image.height);
    const auto side = [&](int stored, int least) {
        return std::max(least, static_cast<int>(std::nearbyint(stored * scale)));
    };
    // A sliver of an image would be blown up to gigabytes before the crop: then the crop comes first.
    constexpr double kMaxPixels = 64e6;
    if (image.width * scale * image.height * scale > kMaxPixels)
        return bytes_to_m1p1(as_1chw(resize_lanczos(crop_to_ratio(image, shape), shape.width, shape.height)));
    const Frame large = resize_lanczos(image, side(image.width, shape.width), side(image.height, shape.height));
    return bytes_to_m1p1(as_1chw(crop_centre(large, shape.width, shape.height)));
}

at::Tensor padded(const at::Tensor& inner, const VideoShape& shape) {
    const std::int64_t wide = shape.width - inner.size(3), high = shape.height - inner.size(2);
    return at::constant_pad_nd(inner, {wide / 2, wide - wide / 2, high / 2, high - high / 2}, 0);
}

}  // namespace

at::Tensor fit_image(const Frame& image, const VideoShape& shape, ImageFit fit, ResizeRule rule) {
    if (image.width < 1 || image.height < 1)
        throw Failure(invalid_argument("image", "The image has no pixels.", "Choose another image."));
    const Size whole{shape.width, shape.height};
    switch (fit) {
        case ImageFit::kPad:
            return padded(resized(image, inner_size(image, shape), rule), shape);
        case ImageFit::kStretch:
            return resized(image, whole, rule);
        case ImageFit::kCrop:
            if (rule == ResizeRule::kLanczos) return covered(image, shape);
            return resized(crop_to_ratio(image, shape), whole, rule);
        case ImageFit::kFollow:
            break;
    }
    return rule == ResizeRule::kLanczos ? covered(image, shape) : resized(image, whole, rule);
}

}  // namespace studio::pipeline

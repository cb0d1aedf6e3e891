#include "app/image_setting.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "core/text.h"
#include "image/still.h"
#include "io/sha256.h"
#include "pipeline/image_size.h"
#include "pipeline/model_parts.h"

namespace studio {
namespace {

namespace fs = std::filesystem;

/// A recipe's image may have gone or changed since.
Error of_recipe(Error error, const char* field, const std::string& sha256) {
    if (error.field.empty()) error.field = field;
    if (error.code == ErrorCode::kNotFound && !sha256.empty()) {
        error.message = "The image that these settings were made with is not there any more.";
        error.fix = fmt::format("Put it back, or give another one. Its SHA-256 was {}.", sha256);
    }
    return error;
}

Result<image::StillInfo> look_at(std::string& path, std::string& sha256, const char* field,
                                 std::vector<std::string>& notices) {
    std::error_code ec;
    const fs::path given = path_from_utf8(path), absolute = fs::absolute(given, ec);
    const fs::path file = ec ? given : absolute.lexically_normal();
    auto info = image::read_still_info(file);
    if (!info) return of_recipe(std::move(info.error()), field, sha256);
    STUDIO_TRY(hash, io::sha256_file(file));
    if (!sha256.empty() && sha256 != hash)
        notices.push_back(fmt::format("{} has changed since these settings were made: the video will differ.",
                                      path_to_utf8(file.filename())));
    path = path_to_utf8(file);
    sha256 = hash;
    return *info;
}

/// Has the size the image's shape, as well as the grid allows?
bool has_shape(int width, int height, const image::StillInfo& info, int step) {
    const double ratio = double(info.width) / info.height;
    const double slack = 2.0 * step;
    return std::abs(width - height * ratio) < slack * std::max(1.0, ratio) &&
           std::abs(height - width / ratio) < slack * std::max(1.0, 1 / ratio);
}

void follow(GenerationRequest& request, const image::StillInfo& info, pipeline::ResizeRule rule,
            const ModelDefaults& defaults, const pipeline::ShapeRules& rules, std::vector<std::string>& notices) {
    const double ratio = double(info.width) / info.height;
    const auto near = [&](double side) {
        return pipeline::nearest_side(static_cast<int>(std::clamp(side, 1.0, 1e6)), rules);
    };
    if (request.width && !request.height) {
        request.height = near(*request.width / ratio);
    } else if (request.height && !request.width) {
        request.width = near(*request.height * ratio);
    } else {
        const bool is_given = request.width && request.height;
        if (is_given && has_shape(*request.width, *request.height, info, rules.step)) return;
        const pipeline::VideoShape base{request.width.value_or(defaults.width),
                                        request.height.value_or(defaults.height), 1};
        const auto shape = pipeline::follow_image(rule, info.width, info.height, base, rules);
        if (is_given)
            notices.push_back(fmt::format("The video follows the image: {}x{} instead of {}x{}.", shape.width,
                                          shape.height, base.width, base.height));
        request.width = shape.width;
        request.height = shape.height;
    }
}

void note_enlarged(const GenerationRequest& request, const image::StillInfo& info, std::vector<std::string>& notices) {
    const double scale = std::max(double(*request.width) / info.width, double(*request.height) / info.height);
    if (scale < 2) return;
    notices.push_back(fmt::format("The image is small ({}x{}): it is enlarged {:.0f} times and will look soft.",
                                  info.width, info.height, scale));
}

}  // namespace

Result<void> resolve_images(GenerationRequest& request, const pipeline::ModelParts& parts,
                            const ModelDefaults& defaults, const pipeline::ShapeRules& rules,
                            std::vector<std::string>& notices) {
    if (request.image.empty()) return {};
    STUDIO_TRY(info, look_at(request.image, request.image_sha256, "image", notices));
    if (!request.end_image.empty()) {
        STUDIO_TRY(end, look_at(request.end_image, request.end_image_sha256, "end_image", notices));
        static_cast<void>(end);
    }
    if (request.image_fit == "follow")
        follow(request, info, pipeline::resize_rule(parts.kind, parts.is_turbo), defaults, rules, notices);
    if (!request.width) request.width = defaults.width;
    if (!request.height) request.height = defaults.height;
    note_enlarged(request, info, notices);
    return {};
}

Result<Frame> load_image(const std::string& path, const std::string& sha256, const char* field,
                         std::vector<std::string>& notices) {
    const fs::path file = path_from_utf8(path);
    auto still = image::read_still(file);
    if (!still) return of_recipe(std::move(still.error()), field, sha256);
    STUDIO_TRY(hash, io::sha256_file(file));
    if (!sha256.empty() && hash != sha256)
        return Error{ErrorCode::kInvalidArgument,
                     "The image was changed after the job was given.",
                     path,
                     field,
                     "Start the job again with the image as it is now.",
                     {}};
    notices.insert(notices.end(), still->notices.begin(), still->notices.end());
    return std::move(still->pixels);
}

}  // namespace studio

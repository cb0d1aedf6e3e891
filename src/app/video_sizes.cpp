#include "app/video_sizes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace studio {
namespace {

constexpr double kSmallArea = 832.0 * 480, kLargeArea = 1280.0 * 720;
constexpr double kSameShape = 0.04;  // two ratios that differ by less are one shape

const Json& at(const Json& object, const char* key) {
    static const Json kNull;
    if (!object.is_object()) return kNull;
    const auto it = object.find(key);
    return it == object.end() ? kNull : *it;
}

int number(const Json& value) {
    return value.is_number() ? value.get<int>() : 0;
}

/// spec: turbodiffusion.md 1.2, the table of --resolution and --aspect_ratio.
VideoSize published_size(double area, AspectRatio aspect) {
    struct Row {
        AspectRatio aspect;
        VideoSize small, large;
    };
    static constexpr std::array<Row, 5> kRows{{{{16, 9}, {832, 480}, {1280, 720}},
                                               {{9, 16}, {480, 832}, {720, 1280}},
                                               {{1, 1}, {640, 640}, {960, 960}},
                                               {{4, 3}, {640, 480}, {960, 720}},
                                               {{3, 4}, {480, 640}, {720, 960}}}};
    for (const Row& row : kRows) {
        if (!(row.aspect == aspect)) continue;
        if (std::abs(area - kSmallArea) < 1) return row.small;
        if (std::abs(area - kLargeArea) < 1) return row.large;
    }
    return {};
}

SizeClass class_of(VideoSize size, bool is_default) {
    return {fmt::format("{}p", std::min(size.width, size.height)), size, is_default};
}
}  // namespace

std::span<const AspectRatio> usual_aspects() {
    static constexpr std::array<AspectRatio, 5> kAspects{{{16, 9}, {9, 16}, {1, 1}, {4, 3}, {3, 4}}};
    return kAspects;
}

int size_step(const ModelInfo& model) {
    const Json& vae = at(at(model.details, "config"), "vae");
    const bool is_22 = at(vae, "is_22") == true || model.kind == "text-image-to-video";
    return is_22 ? 32 : 16;
}

std::vector<SizeClass> size_classes(const ModelInfo& model) {
    const VideoSize own{number(at(model.defaults, "width")), number(at(model.defaults, "height"))};
    if (own.width <= 0 || own.height <= 0) return {};
    std::vector<SizeClass> all{class_of(own, true)};
    const bool is_large_network = number(at(at(at(model.details, "config"), "dit"), "dim")) >= 5120;
    const bool has_card_sizes = at(model.details, "sizes").is_array();
    if (is_large_network && !has_card_sizes) {
        const double area = double(own.width) * own.height;
        if (area > 1.5 * kSmallArea) all.insert(all.begin(), class_of({832, 480}, false));
        if (area < kLargeArea / 1.5) all.push_back(class_of({1280, 720}, false));
    }
    return all;
}

VideoSize size_for(const SizeClass& size_class, AspectRatio aspect, const ModelInfo& model) {
    const VideoSize own = size_class.size;
    const double ratio = double(aspect.width) / aspect.height, own_ratio = double(own.width) / own.height;
    if (std::abs(ratio / own_ratio - 1) < kSameShape) return own;
    const double area = double(own.width) * own.height;
    const int step = size_step(model);
    const VideoSize known = published_size(area, aspect);
    if (known.width > 0 && known.width % step == 0 && known.height % step == 0) return known;
    const auto snap = [step](double pixels) { return std::max(1, int(std::lround(pixels / step))) * step; };
    return {snap(std::sqrt(area * ratio)), snap(std::sqrt(area / ratio))};
}

std::vector<VideoSize> card_sizes(const ModelInfo& model) {
    std::vector<VideoSize> sizes;
    const Json& stated = at(model.details, "sizes");
    if (!stated.is_array()) return sizes;
    for (const Json& size : stated)  // from a file: only what has the right form
        if (size.is_array() && size.size() == 2 && size[0].is_number_integer() && size[1].is_number_integer() &&
            size[0].get<int>() > 0 && size[1].get<int>() > 0)
            sizes.push_back({size[0].get<int>(), size[1].get<int>()});
    return sizes;
}

bool has_sparse_attention(const ModelInfo& model) {
    return at(at(at(model.details, "config"), "dit"), "has_linear_branch") == true;
}

}  // namespace studio

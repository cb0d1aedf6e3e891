#include "pipeline/resample.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "core/check.h"

namespace studio::pipeline {
namespace {

std::size_t offset(const Frame& image, int x, int y) {
    return (static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) + static_cast<std::size_t>(x)) * 3;
}

// --- bicubic ---------------------------------------------------------------------------------------------------------

struct CubicTap {
    std::array<int, 4> source;
    std::array<float, 4> weight;
};

std::array<float, 4> cubic_weights(float t) {
    constexpr float a = -0.75f;
    const auto near = [](float x) { return ((a + 2) * x - (a + 3)) * x * x + 1; };
    const auto far = [](float x) { return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a; };
    return {far(t + 1), near(t), near(1 - t), far(2 - t)};
}

std::vector<CubicTap> cubic_taps(int in, int out) {
    const float scale = static_cast<float>(in) / static_cast<float>(out);
    std::vector<CubicTap> taps(static_cast<std::size_t>(out));
    for (int i = 0; i < out; ++i) {
        const float position = scale * (static_cast<float>(i) + 0.5f) - 0.5f;
        const float floor = std::floor(position);
        CubicTap& tap = taps[static_cast<std::size_t>(i)];
        tap.weight = cubic_weights(position - floor);
        for (int k = 0; k < 4; ++k)
            tap.source[static_cast<std::size_t>(k)] = std::clamp(static_cast<int>(floor) - 1 + k, 0, in - 1);
    }
    return taps;
}

// --- Lanczos, in the fixed point of Pillow's Resample.c --------------------------------------------------------------

constexpr int kPrecisionBits = 32 - 8 - 2;

struct LanczosTap {
    int first = 0;
    std::vector<int> weight;
};

double sinc(double x) {
    if (x == 0) return 1;
    x *= std::numbers::pi;
    return std::sin(x) / x;
}

double lanczos(double x) {
    return -3.0 <= x && x < 3.0 ? sinc(x) * sinc(x / 3) : 0;
}

std::vector<LanczosTap> lanczos_taps(int in, int out) {
    const double scale = static_cast<double>(in) / out;
    const double filter_scale = std::max(scale, 1.0), support = 3.0 * filter_scale;
    std::vector<LanczosTap> taps(static_cast<std::size_t>(out));
    for (int i = 0; i < out; ++i) {
        const double centre = (i + 0.5) * scale;
        const int first = std::max(0, static_cast<int>(centre - support + 0.5));
        const int last = std::min(in, static_cast<int>(centre + support + 0.5));
        std::vector<double> weights;
        double sum = 0;
        for (int x = first; x < last; ++x) {
            weights.push_back(lanczos((x - centre + 0.5) * (1.0 / filter_scale)));
            sum += weights.back();
        }
        LanczosTap& tap = taps[static_cast<std::size_t>(i)];
        tap.first = first;
        for (const double weight : weights) {
            const double scaled = (sum == 0 ? weight : weight / sum) * (1 << kPrecisionBits);
            tap.weight.push_back(static_cast<int>(scaled < 0 ? scaled - 0.5 : scaled + 0.5));
        }
    }
    return taps;
}

/// `step` values lie between two neighbours of the sum.
std::uint8_t weighted(const std::uint8_t* values, std::size_t step, const LanczosTap& tap) {
    int sum = 1 << (kPrecisionBits - 1);
    for (std::size_t k = 0; k < tap.weight.size(); ++k)
        sum += values[k * step] * tap.weight[k];
    return static_cast<std::uint8_t>(std::clamp(sum >> kPrecisionBits, 0, 255));
}

Frame lanczos_rows(const Frame& image, int width) {
    if (width == image.width) return image;
    Frame out{width, image.height, image.index, {}};
    out.rgb.resize(offset(out, 0, out.height));
    const auto taps = lanczos_taps(image.width, width);
    for (int y = 0; y < out.height; ++y)
        for (int x = 0; x < width; ++x)
            for (std::size_t c = 0; c < 3; ++c) {
                const LanczosTap& tap = taps[static_cast<std::size_t>(x)];
                out.rgb[offset(out, x, y) + c] = weighted(&image.rgb[offset(image, tap.first, y) + c], 3, tap);
            }
    return out;
}

Frame lanczos_columns(const Frame& image, int height) {
    if (height == image.height) return image;
    Frame out{image.width, height, image.index, {}};
    out.rgb.resize(offset(out, 0, height));
    const auto taps = lanczos_taps(image.height, height);
    const std::size_t row = offset(image, 0, 1);
    for (int y = 0; y < height; ++y) {
        const LanczosTap& tap = taps[static_cast<std::size_t>(y)];
        for (std::size_t i = 0; i < row; ++i)
            out.rgb[offset(out, 0, y) + i] = weighted(&image.rgb[offset(image, 0, tap.first) + i], row, tap);
    }
    return out;
}

}  // namespace

std::vector<float> resize_bicubic(const Frame& image, int width, int height) {
    const auto columns = cubic_taps(image.width, width), rows = cubic_taps(image.height, height);
    const auto plane = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    std::vector<float> out(3 * plane);
    for (int y = 0; y < height; ++y) {
        const CubicTap& row = rows[static_cast<std::size_t>(y)];
        for (int x = 0; x < width; ++x) {
            const CubicTap& column = columns[static_cast<std::size_t>(x)];
            for (std::size_t c = 0; c < 3; ++c) {
                float sum = 0;
                for (std::size_t j = 0; j < 4; ++j) {
                    float line = 0;
                    for (std::size_t i = 0; i < 4; ++i) {
                        const float value = image.rgb[offset(image, column.source[i], row.source[j]) + c] / 255.0f;
                        line += (value - 0.5f) / 0.5f * column.weight[i];
                    }
                    sum += line * row.weight[j];
                }
                out[c * plane + static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                    static_cast<std::size_t>(x)] = sum;
            }
        }
    }
    return out;
}

Frame resize_lanczos(const Frame& image, int width, int height) {
    return lanczos_columns(lanczos_rows(image, width), height);
}

Frame crop_centre(const Frame& image, int width, int height) {
    STUDIO_CHECK(0 < width && width <= image.width && 0 < height && height <= image.height, "a crop must lie inside");
    if (width == image.width && height == image.height) return image;
    const int left = (image.width - width) / 2, top = (image.height - height) / 2;
    Frame out{width, height, image.index, {}};
    out.rgb.resize(offset(out, 0, height));
    for (int y = 0; y < height; ++y)
        std::copy_n(image.rgb.begin() + static_cast<std::ptrdiff_t>(offset(image, left, top + y)), width * 3,
                    out.rgb.begin() + static_cast<std::ptrdiff_t>(offset(out, 0, y)));
    return out;
}

}  // namespace studio::pipeline

#include "tensor/noise.h"

#include <numbers>

#include "tensor/philox.h"

namespace studio {
namespace {

// (0, 1): never 0, so that the logarithm is finite. |z| is at most sqrt(-2 ln 2^-33) = 6.8.
double open_uniform(std::uint32_t bits) {
    return (static_cast<double>(bits) + 0.5) * 0x1p-32;
}

void box_muller(std::uint32_t first, std::uint32_t second, float* out) {
    const double radius = std::sqrt(-2.0 * std::log(open_uniform(first)));
    const double angle = 2.0 * std::numbers::pi * open_uniform(second);
    out[0] = static_cast<float>(radius * std::cos(angle));
    out[1] = static_cast<float>(radius * std::sin(angle));
}

}  // namespace

at::Tensor gaussian_noise(at::IntArrayRef shape, std::uint64_t seed, std::uint32_t stream) {
    at::Tensor noise = at::empty(shape, at::kFloat);
    float* data = noise.mutable_data_ptr<float>();
    const std::int64_t count = noise.numel();
    const std::array<std::uint32_t, 2> key{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)};
    at::parallel_for(0, (count + 3) / 4, 4096, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t group = begin; group < end; ++group) {
            const auto index = static_cast<std::uint64_t>(group);
            const auto bits = philox4x32(
                {static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32), stream, 0}, key);
            float values[4];
            box_muller(bits[0], bits[1], values);
            box_muller(bits[2], bits[3], values + 2);
            const std::int64_t first = 4 * group;
            std::memcpy(data + first, values, static_cast<std::size_t>(std::min<std::int64_t>(4, count - first)) * 4);
        }
    });
    return noise;
}

}  // namespace studio

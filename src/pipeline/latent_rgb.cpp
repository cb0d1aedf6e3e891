#include "pipeline/latent_rgb.h"

#include <fmt/format.h>

#include "core/check.h"
#include "core/json.h"
#include "core/text.h"
#include "tensor/noise.h"

namespace studio::pipeline {
namespace {

Error bad(const std::filesystem::path& path, const char* key, std::string message) {
    return corrupt_file(path_to_utf8(path), key, std::move(message),
                        "Download the model again, or remove this file: then there is no preview.");
}

bool is_row_of_three(const Json& row) {
    return row.is_array() && row.size() == 3 &&
           std::all_of(row.begin(), row.end(), [](const Json& x) { return x.is_number(); });
}

at::Tensor row_tensor(const Json& row) {
    return at::tensor(at::ArrayRef<double>({row[0].get<double>(), row[1].get<double>(), row[2].get<double>()}),
                      at::kFloat);
}

}  // namespace

Result<LatentRgb> read_latent_rgb(const std::filesystem::path& path, std::int64_t channels) {
    STUDIO_TRY(json, read_json_file(path));
    const Json factors = json.is_object() ? json.value("latent_rgb_factors", Json()) : Json();
    const Json bias = json.is_object() ? json.value("latent_rgb_bias", Json()) : Json();
    if (!factors.is_array() || static_cast<std::int64_t>(factors.size()) != channels ||
        !std::all_of(factors.begin(), factors.end(), is_row_of_three)) {
        return bad(path, "latent_rgb_factors",
                   fmt::format("\"latent_rgb_factors\" must hold {} rows of three numbers.", channels));
    }
    if (!is_row_of_three(bias)) return bad(path, "latent_rgb_bias", "\"latent_rgb_bias\" must hold three numbers.");
    std::vector<at::Tensor> rows;
    for (const Json& row : factors)
        rows.push_back(row_tensor(row));
    return LatentRgb{at::stack(rows), row_tensor(bias)};
}

LatentRgb fit_latent_rgb(std::int64_t channels, const std::function<at::Tensor(const at::Tensor&)>& decode) {
    constexpr std::int64_t kSide = 16;
    constexpr std::uint32_t kSamples = 4;
    std::vector<at::Tensor> inputs, colours;
    for (std::uint32_t i = 0; i < kSamples; ++i) {
        // Smooth, because a decoder mixes neighbours: independent pixels would hide the map behind that mixing.
        const at::Tensor coarse = gaussian_noise({1, channels, kSide / 4, kSide / 4}, 1, i);
        const at::Tensor z = at::upsample_bilinear2d(coarse, {kSide, kSide}, false).mul_(1.4).unsqueeze(2);
        const at::Tensor picture =
            at::adaptive_avg_pool2d(decode(z).select(2, 0).to(at::kCPU, at::kFloat), {kSide, kSide});
        inputs.push_back(z.select(2, 0)[0].reshape({channels, -1}).t());
        colours.push_back(picture[0].add(1).div(2).reshape({3, -1}).t());
    }
    at::Tensor a = at::cat(inputs);
    a = at::cat({a, at::ones({a.size(0), 1}, a.options())}, 1).to(at::kDouble);
    const at::Tensor b = at::cat(colours).to(at::kDouble);
    const at::Tensor ridge = at::eye(a.size(1), a.options()).mul(1e-3 * static_cast<double>(a.size(0)));
    const at::Tensor solution = at::linalg_solve(at::matmul(a.t(), a) + ridge, at::matmul(a.t(), b)).to(at::kFloat);
    return {solution.slice(0, 0, channels).contiguous(), solution[channels].contiguous()};
}

std::vector<Frame> latent_frames(const LatentRgb& map, const at::Tensor& latents) {
    STUDIO_CHECK(latents.dim() == 5 && latents.size(1) == map.factors.size(0), "latents do not fit the preview map");
    const at::Tensor z_thwc = latents[0].cpu().to(at::kFloat).permute({1, 2, 3, 0});
    const at::Tensor rgb =
        at::matmul(z_thwc, map.factors).add_(map.bias).nan_to_num_(0).clamp_(0, 1).mul_(255).add_(0.5);
    const at::Tensor pixels = rgb.to(at::kByte).contiguous();
    const auto bytes_per_frame = static_cast<std::size_t>(pixels.size(1) * pixels.size(2) * 3);
    std::vector<Frame> out;
    for (std::int64_t i = 0; i < pixels.size(0); ++i) {
        Frame frame;
        frame.height = static_cast<int>(pixels.size(1));
        frame.width = static_cast<int>(pixels.size(2));
        frame.index = i;
        const auto* begin = pixels.const_data_ptr<std::uint8_t>() + static_cast<std::size_t>(i) * bytes_per_frame;
        frame.rgb.assign(begin, begin + bytes_per_frame);
        out.push_back(std::move(frame));
    }
    return out;
}

}  // namespace studio::pipeline

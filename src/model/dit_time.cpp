#include "model/dit_time.h"

#include <fmt/format.h>

#include "core/error.h"

namespace studio {
namespace {

// cos first, then sin, of t * 10000^(-i / half), in fp64 (Wan 2.1, sinusoidal_embedding_1d).
at::Tensor sinusoid(const std::vector<double>& timesteps, std::int64_t freq_dim) {
    const std::int64_t half = freq_dim / 2;
    at::Tensor table = at::zeros({static_cast<std::int64_t>(timesteps.size()), freq_dim}, at::kFloat);
    float* out = table.mutable_data_ptr<float>();
    for (const double t : timesteps) {
        for (std::int64_t i = 0; i < half; ++i) {
            const double angle = t * std::pow(10000.0, -static_cast<double>(i) / static_cast<double>(half));
            out[i] = static_cast<float>(std::cos(angle));
            out[half + i] = static_cast<float>(std::sin(angle));
        }
        out += freq_dim;
    }
    return table;
}

void check(const at::Tensor& timestep, std::int64_t batch, std::int64_t tokens) {
    const bool per_batch = timestep.dim() == 1 && timestep.size(0) == batch;
    const bool per_token = timestep.dim() == 2 && timestep.size(0) == batch && timestep.size(1) == tokens;
    if ((per_batch || per_token) && at::isfinite(timestep).all().item<bool>()) return;
    throw Failure(invalid_argument(
        "timestep",
        fmt::format("Timesteps of shape [{}] do not fit: needed are {} finite values, or {} x {} (one per token).",
                    fmt::join(timestep.sizes().begin(), timestep.sizes().end(), ", "), batch, batch, tokens),
        "Give one timestep per batch element or one per token."));
}

}  // namespace

TimeEmbedding embed_time(const DitCommonWeights& weights, std::int64_t freq_dim, const at::Tensor& timestep,
                         std::int64_t batch, std::int64_t tokens) {
    const at::Tensor values = timestep.to(at::kCPU, at::kDouble).contiguous();
    check(values, batch, tokens);
    const std::int64_t width = values.dim() == 1 ? tokens : 1;  // token rows that one value covers
    std::vector<double> distinct;
    TimeEmbedding time;
    for (std::int64_t i = 0; i < values.numel(); ++i) {
        const double t = values.const_data_ptr<double>()[i];
        const auto found = std::find(distinct.begin(), distinct.end(), t);
        const std::int64_t row = found - distinct.begin();
        if (found == distinct.end()) distinct.push_back(t);
        if (!time.runs.empty() && time.runs.back().row == row) {
            time.runs.back().end += width;
        } else {
            time.runs.push_back({i * width, (i + 1) * width, row});
        }
    }
    const at::Tensor waves = sinusoid(distinct, freq_dim).to(weights.time_in.weight.device());
    at::Tensor hidden = ops::linear(waves, weights.time_in);
    time.embedding = ops::linear(at::silu_(hidden), weights.time_out);
    time.projection = ops::linear(at::silu(time.embedding), weights.time_projection).unflatten(1, {6, -1});
    return time;
}

}  // namespace studio

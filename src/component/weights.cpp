#include "tensor/weights.h"
#include <array>

#include "component/call.h"
#include "component/components.h"
#include "core/result.h"
#include "core/text.h"
#include "io/sha256.h"
#include "tensor/guard.h"

namespace studio::component {
namespace {

constexpr std::int64_t kChunk = 1 << 18;  // elements widened at a time: memory stays small whatever the file holds
constexpr double kCosineStep = 0.37;      // fixed by the contract

struct Sums {
    double sum = 0, magnitude = 0, cosine = 0;
    std::string sha256;
};

/// Over the fp32 values in row-major order.
Sums sums_of(const at::Tensor& stored, const std::stop_token& stop) {
    Sums out;
    io::Sha256 hash;
    const at::Tensor flat = stored.view({-1});
    std::int64_t index = 0;
    while (index < flat.numel()) {
        throw_if_cancelled(stop);
        const std::int64_t count = std::min(kChunk, flat.numel() - index);
        const at::Tensor part = flat.narrow(0, index, count).to(at::kFloat).contiguous();
        const auto* values = part.const_data_ptr<float>();
        hash.update(std::as_bytes(std::span(values, static_cast<std::size_t>(count))));
        for (std::int64_t i = 0; i < count; ++i) {
            const double value = values[i];
            out.sum += value;
            out.magnitude += std::fabs(value);
            out.cosine += value * std::cos(kCosineStep * static_cast<double>(index + i));
        }
        index += count;
    }
    out.sha256 = hash.finish();
    return out;
}

/// Sums over the stored numbers of a scaled layout would look right and be wrong.
void refuse_scaled_layouts(const checkpoint::Recognised& recognised) {
    constexpr std::array<std::string_view, 6> kMarkers{"scaled_fp8",   ".scale_weight", ".weight_scale",
                                                       ".int8_weight", ".comfy_quant",  ".scale_input"};
    for (const auto& tensor : recognised.tensors) {
        for (const auto marker : kMarkers) {
            if (!tensor.name.ends_with(marker)) continue;
            Error error{ErrorCode::kUnsupported,
                        "The file holds scaled 8-bit weights, which this version does not read.",
                        path_to_utf8(recognised.checkpoint->path()),
                        tensor.name,
                        "Use the version of this model with 16-bit or 32-bit weights.",
                        {}};
            throw Failure(std::move(error));
        }
    }
}

}  // namespace

void run_weights(Call& call) {
    (void)call.model();
    call.begin();
    const auto recognised = checkpoint::recognise(io::Checkpoint::open(call.model()).value()).value();
    refuse_scaled_layouts(recognised);
    Json tensors = Json::array();
    for (const auto& tensor : recognised.tensors) {
        const at::Tensor stored = tensor_from_bytes(recognised.checkpoint->bytes(*tensor.stored), tensor.stored->dtype,
                                                    tensor.stored->shape, recognised.checkpoint);
        const Sums sums = sums_of(stored, call.stop);
        tensors.push_back({{"name", tensor.name},
                           {"shape", tensor.shape},
                           {"stored", io::safetensors_name(tensor.stored->dtype)},
                           {"sum", sums.sum},
                           {"abs", sums.magnitude},
                           {"cos", sums.cosine},
                           {"sha256_f32", sums.sha256}});
    }
    call.result = Json{{"kind", checkpoint::to_string(recognised.role)}, {"tensors", std::move(tensors)}};
}

}  // namespace studio::component

#include "convert/sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "convert/encode.h"
#include "convert/weight_values.h"
#include "core/text.h"
#include "io/finite.h"
#include "io/read_values.h"

namespace studio::convert {
namespace {

using checkpoint::NamedTensor;
using checkpoint::Recognised;

constexpr std::uint64_t kStretch = 1 << 18;  // elements

Result<void> require_sound(const Recognised& part, const NamedTensor& tensor) {
    STUDIO_TRY_VOID(io::require_finite(*part.checkpoint, *tensor.stored));
    if (tensor.scale != nullptr) STUDIO_TRY_VOID(io::require_finite(*part.checkpoint, *tensor.scale));
    return {};
}

Error too_large(const Recognised& part, const NamedTensor& tensor, std::size_t count) {
    return {ErrorCode::kCorruptFile,
            fmt::format("{} values of {} are too large for f16.", count, escape_for_display(tensor.stored->name)),
            path_to_utf8(part.checkpoint->files()[tensor.stored->shard]),
            tensor.stored->name,
            "Use --dtype bf16 or f32.",
            {}};
}

/// Rows [first, first + 128) of a weight, rounded; calls `tile(row, column, values, row length)` is left to the caller.
struct Bands {
    const Recognised& part;
    const NamedTensor& tensor;
    io::DType rounding;
    std::uint64_t rows, columns;
    std::vector<float> values;

    Bands(const Recognised& the_part, const NamedTensor& the_tensor, io::DType round_to)
        : part(the_part),
          tensor(the_tensor),
          rounding(round_to),
          rows(static_cast<std::uint64_t>(the_tensor.shape[0])),
          columns(static_cast<std::uint64_t>(the_tensor.shape[1])) {}

    std::uint64_t read(std::uint64_t first) {
        const std::uint64_t count = std::min<std::uint64_t>(kTile, rows - first);
        values.resize(static_cast<std::size_t>(count * columns));
        read_weight(part, tensor, first * columns, values);
        for (float& value : values)
            value = rounded(rounding, value);
        return count;
    }
    float largest(std::uint64_t count, std::uint64_t column) const {
        float most = 0;
        for (std::uint64_t row = 0; row < count; ++row) {
            for (std::uint64_t i = column; i < std::min<std::uint64_t>(columns, column + kTile); ++i)
                most = std::max(most, std::fabs(values[static_cast<std::size_t>(row * columns + i)]));
        }
        return most;
    }
    std::uint64_t tiles() const { return (columns + kTile - 1) / kTile; }
};

}  // namespace

Produce stored_elements(const Recognised& part, const NamedTensor& tensor, std::uint64_t begin, std::uint64_t count,
                        const Tick& tick) {
    return [&part, &tensor, &tick, begin, count](const ByteSink& sink) -> Result<void> {
        STUDIO_TRY_VOID(require_sound(part, tensor));
        const std::size_t size = io::size_of(tensor.stored->dtype);
        std::vector<std::byte> block(static_cast<std::size_t>(std::min(count, kStretch)) * size);
        for (std::uint64_t at = 0; at < count; at += kStretch) {
            const auto bytes = std::span(block).first(static_cast<std::size_t>(std::min(kStretch, count - at)) * size);
            io::read_elements(*part.checkpoint, *tensor.stored, begin + at, bytes);
            STUDIO_TRY_VOID(sink(bytes));
            STUDIO_TRY_VOID(tick(bytes.size()));
        }
        return {};
    };
}

Produce encoded_values(const Recognised& part, const NamedTensor& tensor, std::uint64_t begin, std::uint64_t count,
                       io::DType dtype, const Tick& tick) {
    return [&part, &tensor, &tick, begin, count, dtype](const ByteSink& sink) -> Result<void> {
        STUDIO_TRY_VOID(require_sound(part, tensor));
        std::vector<float> values(static_cast<std::size_t>(std::min(count, kStretch)));
        std::vector<std::byte> block(values.size() * io::size_of(dtype));
        for (std::uint64_t at = 0; at < count; at += kStretch) {
            const auto some = std::span(values).first(static_cast<std::size_t>(std::min(kStretch, count - at)));
            const auto bytes = std::span(block).first(some.size() * io::size_of(dtype));
            read_weight(part, tensor, begin + at, some);
            if (const std::size_t lost = encode(dtype, some, bytes); lost > 0) return too_large(part, tensor, lost);
            STUDIO_TRY_VOID(sink(bytes));
            STUDIO_TRY_VOID(tick(bytes.size()));
        }
        return {};
    };
}

Produce stored_scale(const Recognised& part, const io::TensorInfo& scale, const Tick& tick) {
    return [&part, &scale, &tick](const ByteSink& sink) -> Result<void> {
        std::vector<float> values(static_cast<std::size_t>(io::value_count(scale)));
        io::read_values(*part.checkpoint, scale, 0, values);
        const auto bytes = std::as_bytes(std::span(values));
        STUDIO_TRY_VOID(sink(bytes));
        return tick(bytes.size());
    };
}

Produce constant_bytes(std::vector<std::byte> bytes, const Tick& tick) {
    return [bytes = std::move(bytes), &tick](const ByteSink& sink) -> Result<void> {
        STUDIO_TRY_VOID(sink(bytes));
        return tick(bytes.size());
    };
}

QuantisedWeight quantised_weight(const Recognised& part, const NamedTensor& tensor, io::DType rounding,
                                 const Tick& tick) {
    const auto scales = std::make_shared<std::vector<TileScale>>();
    const auto find_scales = [&part, &tensor, &tick, rounding, scales]() -> Result<void> {
        if (!scales->empty()) return {};
        STUDIO_TRY_VOID(require_sound(part, tensor));
        Bands bands(part, tensor, rounding);
        for (std::uint64_t row = 0; row < bands.rows; row += kTile) {
            const std::uint64_t count = bands.read(row);
            for (std::uint64_t tile = 0; tile < bands.tiles(); ++tile)
                scales->push_back(tile_scale(bands.largest(count, tile * kTile)));
            STUDIO_TRY_VOID(tick(0));
        }
        return {};
    };
    QuantisedWeight out;
    out.scale = [find_scales, scales, &tick](const ByteSink& sink) -> Result<void> {
        STUDIO_TRY_VOID(find_scales());
        std::vector<float> stored;
        for (const TileScale& scale : *scales)
            stored.push_back(scale.stored);
        STUDIO_TRY_VOID(sink(std::as_bytes(std::span(stored))));
        return tick(stored.size() * sizeof(float));
    };
    out.int8_weight = [find_scales, scales, &part, &tensor, &tick, rounding](const ByteSink& sink) -> Result<void> {
        STUDIO_TRY_VOID(find_scales());
        Bands bands(part, tensor, rounding);
        std::vector<std::int8_t> block;
        for (std::uint64_t row = 0; row < bands.rows; row += kTile) {
            bands.read(row);
            block.resize(bands.values.size());
            for (std::size_t i = 0; i < block.size(); ++i) {
                const std::uint64_t tile = row / kTile * bands.tiles() + i % bands.columns / kTile;
                block[i] = quantize(bands.values[i], (*scales)[static_cast<std::size_t>(tile)].multiplier);
            }
            STUDIO_TRY_VOID(sink(std::as_bytes(std::span(block))));
            STUDIO_TRY_VOID(tick(block.size()));
        }
        return {};
    };
    return out;
}

}  // namespace studio::convert

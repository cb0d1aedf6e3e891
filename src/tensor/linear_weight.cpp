#include "tensor/linear_weight.h"

#include "core/check.h"
#include "io/dequantize.h"
#include "tensor/weights.h"

namespace studio {
namespace {

std::int64_t row_bytes(const StoredRows& s) {
    const io::BlockFormat format = io::block_format(s.dtype);
    return s.columns / format.elements * format.bytes;
}

std::int64_t tiles(std::int64_t size) {
    return (size + ops::kInt8Tile - 1) / ops::kInt8Tile;
}

std::int64_t scale_count(const StoredRows& s) {
    switch (s.scaling) {
        case WeightScale::kNone:
            return 0;
        case WeightScale::kTensor:
            return 1;
        case WeightScale::kRow:
            return s.rows;
        case WeightScale::kTile:
            return tiles(s.rows) * tiles(s.columns);
    }
    return 0;
}

void check(const StoredRows& s) {
    STUDIO_CHECK(s.rows > 0 && s.columns > 0 && s.columns % io::block_format(s.dtype).elements == 0,
                 "a stored row is not a whole number of blocks");
    STUDIO_CHECK(s.bytes.dim() == 1 && s.bytes.scalar_type() == at::kByte && s.bytes.is_contiguous() &&
                     s.bytes.numel() % s.rows == 0 && s.bytes.numel() / s.rows == row_bytes(s),
                 "stored bytes do not fit the shape of the weight");
    const std::int64_t scales = s.scale.defined() ? s.scale.numel() : 0;
    STUDIO_CHECK(scales == scale_count(s) && (scales == 0 || s.scale.scalar_type() == at::kFloat),
                 "scales do not fit the shape of the weight");
}

void scale_row(const StoredRows& s, std::int64_t row, float* values) {
    if (s.scaling == WeightScale::kNone) return;
    const auto* scale = s.scale.const_data_ptr<float>();
    if (s.scaling != WeightScale::kTile) {
        const float factor = s.scaling == WeightScale::kRow ? scale[row] : scale[0];
        for (std::int64_t i = 0; i < s.columns; ++i)
            values[i] *= factor;
        return;
    }
    scale += row / ops::kInt8Tile * tiles(s.columns);
    for (std::int64_t begin = 0; begin < s.columns; begin += ops::kInt8Tile) {
        const float factor = *scale++;
        const std::int64_t end = std::min(s.columns, begin + ops::kInt8Tile);
        for (std::int64_t i = begin; i < end; ++i)
            values[i] *= factor;
    }
}

void expand_row(const StoredRows& s, std::int64_t row, float* values) {
    const std::int64_t bytes = row_bytes(s);
    const auto* data = reinterpret_cast<const std::byte*>(s.bytes.const_data_ptr<std::uint8_t>()) + row * bytes;
    io::dequantize(s.dtype, {data, static_cast<std::size_t>(bytes)}, {values, static_cast<std::size_t>(s.columns)});
    scale_row(s, row, values);
}

// Rows of about this many values go to one thread at a time.
constexpr std::int64_t kGrain = 1 << 15;

}  // namespace

LinearWeight::LinearWeight(StoredRows stored, at::ScalarType compute, at::Device device)
    : stored_(std::move(stored)), compute_(compute), device_(device) {
    if (stored_.scale.defined()) stored_.scale = stored_.scale.reshape({-1}).contiguous();
    check(stored_);
    if (device_.is_cpu() || io::is_blocked(stored_.dtype)) return;
    stored_.bytes = stored_.bytes.to(device_);
    if (stored_.scale.defined()) stored_.scale = stored_.scale.to(device_);
}

std::uint64_t LinearWeight::nbytes() const {
    if (!is_quantised()) return dense_.defined() ? dense_.nbytes() : 0;
    return stored_.bytes.nbytes() + (stored_.scale.defined() ? stored_.scale.nbytes() : 0);
}

at::Tensor LinearWeight::expand(std::int64_t begin, std::int64_t end) const {
    if (!is_quantised()) return dense_.slice(0, begin, end);
    if (stored_.bytes.is_cpu()) return expand_on_host(begin, end).to(device_, compute_);
    return expand_plain(begin, end).to(compute_);
}

at::Tensor LinearWeight::expand_on_host(std::int64_t begin, std::int64_t end) const {
    at::Tensor out = at::empty({end - begin, stored_.columns}, at::kFloat);
    auto* data = out.mutable_data_ptr<float>();
    const std::int64_t grain = std::max<std::int64_t>(1, kGrain / stored_.columns);
    at::parallel_for(begin, end, grain, [&](std::int64_t first, std::int64_t last) {
        for (std::int64_t row = first; row < last; ++row)
            expand_row(stored_, row, data + (row - begin) * stored_.columns);
    });
    return out;
}

at::Tensor LinearWeight::expand_plain(std::int64_t begin, std::int64_t end) const {
    const std::int64_t bytes = row_bytes(stored_);
    at::Tensor out = stored_.bytes.slice(0, begin * bytes, end * bytes)
                         .view(to_scalar_type(stored_.dtype))
                         .view({end - begin, stored_.columns})
                         .to(at::kFloat);
    switch (stored_.scaling) {
        case WeightScale::kNone:
            return out;
        case WeightScale::kTensor:
            return out.mul_(stored_.scale);
        case WeightScale::kRow:
            return out.mul_(stored_.scale.slice(0, begin, end).unsqueeze(1));
        case WeightScale::kTile:
            break;
    }
    const at::Tensor rows =
        at::arange(begin, end, stored_.scale.options().dtype(at::kLong)).floor_divide(ops::kInt8Tile);
    const at::Tensor scale = stored_.scale.view({-1, tiles(stored_.columns)}).index_select(0, rows);
    return out.mul_(scale.repeat_interleave(ops::kInt8Tile, 1).slice(1, 0, stored_.columns));
}

at::Tensor LinearWeight::select_rows(const at::Tensor& ids) const {
    if (!is_quantised()) return dense_.index_select(0, ids.to(dense_.device())).to(at::kFloat);
    const at::Tensor at_host = ids.to(at::kCPU, at::kLong).contiguous();
    const auto* row = at_host.const_data_ptr<std::int64_t>();
    const std::int64_t count = at_host.numel();
    if (!stored_.bytes.is_cpu()) {
        std::vector<at::Tensor> rows;
        for (std::int64_t i = 0; i < count; ++i)
            rows.push_back(expand_plain(row[i], row[i] + 1));
        return at::cat(rows);
    }
    at::Tensor out = at::empty({count, stored_.columns}, at::kFloat);
    for (std::int64_t i = 0; i < count; ++i) {
        STUDIO_CHECK(row[i] >= 0 && row[i] < stored_.rows, "row number outside the table");
        expand_row(stored_, row[i], out.mutable_data_ptr<float>() + i * stored_.columns);
    }
    return out.to(device_);
}

bool LinearWeight::has_int8_tiles() const {
    return is_quantised() && stored_.dtype == io::DType::kI8 && stored_.scaling == WeightScale::kTile;
}

Int8Tiles LinearWeight::int8_tiles() const {
    STUDIO_CHECK(has_int8_tiles(), "this weight has no INT8 tiles");
    return {stored_.bytes.view(at::kChar).view({stored_.rows, stored_.columns}),
            stored_.scale.view({tiles(stored_.rows), tiles(stored_.columns)})};
}

}  // namespace studio

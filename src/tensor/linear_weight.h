// tensor/linear_weight.h - the weight of a linear layer in whatever form a checkpoint stores it: dense in the compute
// type, or quantised over the stored bytes and expanded piece by piece while it is used.
#pragma once
#include "io/dtype.h"
#include "tensor/torch_compat.h"
#include "tensor/w8a8.h"

namespace studio {

/// What a stored value is multiplied with.
enum class WeightScale {
    kNone,
    kTensor,  // one factor
    kRow,     // one per output row
    kTile,    // one per 128 x 128 tile
};

/// A matrix as stored: GGUF blocks, 8-bit floating point, whole numbers with scales.
struct StoredRows {
    io::DType dtype = io::DType::kF32;
    std::int64_t rows = 0, columns = 0;
    at::Tensor bytes;  // U8 [count], row by row; usually over a mapped file
    WeightScale scaling = WeightScale::kNone;
    at::Tensor scale;  // fp32 with 1, rows, or ceil(rows / 128) * ceil(columns / 128) values; undefined for kNone
};

class LinearWeight {
  public:
    LinearWeight() = default;
    /// [rows, columns] in the compute type.
    LinearWeight(at::Tensor dense) : dense_(std::move(dense)) {}  // NOLINT: implicit by design
    /// Block types stay in host memory (their rows are expanded there and then moved); other types move to `device` as
    /// stored.   Throws Failure(Internal) when bytes, scale and shape do not fit together, or a row is no whole number
    /// of blocks.
    LinearWeight(StoredRows stored, at::ScalarType compute, at::Device device);

    bool defined() const { return dense_.defined() || stored_.bytes.defined(); }
    bool is_quantised() const { return stored_.bytes.defined(); }
    std::int64_t rows() const { return is_quantised() ? stored_.rows : dense_.size(0); }
    std::int64_t columns() const { return is_quantised() ? stored_.columns : dense_.size(1); }
    at::ScalarType dtype() const { return is_quantised() ? compute_ : dense_.scalar_type(); }
    at::Device device() const { return is_quantised() ? device_ : dense_.device(); }
    /// Bytes that the weight owns or maps.
    std::uint64_t nbytes() const;

    /// Precondition: not quantised.
    const at::Tensor& dense() const { return dense_; }
    /// Rows [begin, end) in the compute type: a view when dense, made now when quantised (fp32 values, rounded once).
    at::Tensor expand(std::int64_t begin, std::int64_t end) const;
    at::Tensor expand() const { return expand(0, rows()); }
    /// Rows by number (I64 [n] on the CPU) as fp32 [n, columns] on device(); only these are touched.
    at::Tensor select_rows(const at::Tensor& ids) const;

    /// INT8 with one scale per tile, the form that can multiply quantised activations.
    bool has_int8_tiles() const;
    Int8Tiles int8_tiles() const;  // views; precondition: has_int8_tiles()

  private:
    at::Tensor expand_on_host(std::int64_t begin, std::int64_t end) const;
    at::Tensor expand_plain(std::int64_t begin, std::int64_t end) const;

    at::Tensor dense_;
    StoredRows stored_;
    at::ScalarType compute_ = at::kFloat;
    at::Device device_{at::kCPU};
};

}  // namespace studio

// model/weight_source.h - the weights of one checkpoint by canonical name, in the type and on the device asked for.
#pragma once
#include <unordered_map>

#include "checkpoint/recognise.h"
#include "tensor/compute.h"
#include "tensor/torch_compat.h"

namespace studio {

/// A linear layer or a convolution: weight and optional bias.
struct Affine {
    at::Tensor weight, bias;
};

class WeightSource {
  public:
    WeightSource(const checkpoint::Recognised& recognised, at::Device device);

    bool has(std::string_view name) const { return by_name_.contains(name); }

    /// Over the mapped bytes when type, device and alignment allow; converted once otherwise.
    /// Throws Failure(CorruptFile): no such tensor, another shape, or values that are not finite (their number is
    /// named); Unsupported: a stored type that is no floating-point type.
    at::Tensor get(const std::string& name, at::IntArrayRef shape, at::ScalarType type) const;
    /// The same without conversion: for a table of which a run reads a few rows.
    at::Tensor get_as_stored(const std::string& name, at::IntArrayRef shape) const;

    /// name.weight [out, in] and name.bias [out].
    Affine linear(const std::string& name, std::int64_t out, std::int64_t in, at::ScalarType type) const;

  private:
    std::shared_ptr<const io::Checkpoint> checkpoint_;
    std::unordered_map<std::string_view, const checkpoint::NamedTensor*> by_name_;
    at::Device device_;
};

}  // namespace studio

// model/weight_source.h - the weights of one checkpoint by canonical name, in the type and on the device asked for.
#pragma once
#include <mutex>
#include <unordered_map>
#include <unordered_set>

#include "checkpoint/recognise.h"
#include "model/residency.h"
#include "tensor/compute.h"
#include "tensor/linear.h"
#include "tensor/torch_compat.h"

namespace studio {

class LoraSet;

/// A norm or a convolution: weight and optional bias, always dense.
struct Affine {
    at::Tensor weight, bias;
};

/// Every function throws Failure(CorruptFile): no such tensor, another shape, or values that are not finite (their
/// number is named); Unsupported: a stored type that is neither floating-point nor known quantised.
/// LoRA changes, if any, are in what is returned; the stored bytes are never modified.
/// Threads  any. A tensor's values are scanned once, at its first use. Ownership  keeps the mapping, not the
/// Recognised.
class WeightSource {
  public:
    WeightSource(const checkpoint::Recognised& recognised, at::Device device,
                 std::shared_ptr<const LoraSet> loras = nullptr, Residency residency = Residency::kResident);

    /// Take the pages of all tensors whose name begins with `prefix` out of resident memory; views stay valid.
    void forget(std::string_view prefix) const;

    bool has(std::string_view name) const { return by_name_.contains(name); }

    /// Dense. Over the mapped bytes when type, device and alignment allow; converted or expanded once otherwise.
    at::Tensor get(const std::string& name, at::IntArrayRef shape, at::ScalarType type) const;
    /// A table of which a run reads a few rows: as stored, whatever the type.
    LinearWeight table(const std::string& name, std::int64_t rows, std::int64_t columns) const;

    enum class Bias { kNone, kYes };
    /// name.weight [out, in] and name.bias [out]. Quantised weights stay as stored.
    Linear linear(const std::string& name, std::int64_t out, std::int64_t in, at::ScalarType type,
                  Bias bias = Bias::kYes) const;

  private:
    const checkpoint::NamedTensor& find(const std::string& name, at::IntArrayRef shape) const;
    void require_finite(const io::TensorInfo& stored) const;
    at::Tensor stored_bytes(const io::TensorInfo& stored) const;
    LinearWeight quantised(const checkpoint::NamedTensor& tensor, at::ScalarType type) const;
    at::Tensor dense(const checkpoint::NamedTensor& tensor) const;
    at::Tensor scale_of(const checkpoint::NamedTensor& tensor) const;
    [[noreturn]] void refuse(const checkpoint::NamedTensor& tensor, const std::string& message,
                             const std::string& fix) const;
    void forget(const io::TensorInfo& stored) const;
    at::Tensor on_device(const at::Tensor& value, at::ScalarType type) const;
    std::string file_of(const io::TensorInfo& stored) const;

    std::shared_ptr<const io::Checkpoint> checkpoint_;
    std::vector<checkpoint::NamedTensor> tensors_;
    std::unordered_map<std::string_view, const checkpoint::NamedTensor*> by_name_;
    at::Device device_;
    bool copies_from_pinned_;
    std::shared_ptr<const LoraSet> loras_;
    mutable std::mutex scanned_mutex_;
    mutable std::unordered_set<const io::TensorInfo*> scanned_;
};

}  // namespace studio

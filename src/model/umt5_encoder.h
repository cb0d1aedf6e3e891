// model/umt5_encoder.h - UMT5 text encoder (spec: wan.md 3).
#pragma once
#include <stop_token>

#include "checkpoint/configs.h"
#include "model/residency.h"
#include "tensor/compute.h"
#include "tensor/torch_compat.h"

namespace studio {

class Umt5Encoder {
  public:
    /// Throws Failure.
    static std::unique_ptr<Umt5Encoder> load(const checkpoint::Recognised& weights, const Compute& compute,
                                             Residency residency = Residency::kResident);
    virtual ~Umt5Encoder() = default;
    virtual const checkpoint::Umt5Config& config() const = 0;
    /// ids, mask I64 [B, L] -> fp32 [B, L, d_model]. Only real tokens are computed: rows are packed to each prompt's
    /// own length (identical up to rounding, wan.md 3.3); rows with mask 0 come out as zeros.
    virtual at::Tensor encode(const at::Tensor& ids, const at::Tensor& mask, std::stop_token stop = {}) const = 0;
};

}  // namespace studio

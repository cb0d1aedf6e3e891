// checkpoint/lora_alpha.h - alpha of PEFT adapters, which store it beside the tensors and not as one.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "core/json.h"
#include "core/result.h"
#include "io/checkpoint.h"

namespace studio::checkpoint {

/// From the header's `lora_adapter_metadata` (diffusers) or an adapter_config.json beside the file (PEFT): lora_alpha,
/// r, use_rslora, alpha_pattern, rank_pattern. Without both, every factor is 1.
class LoraAlphas {
  public:
    /// Errors  CorruptFile naming the file whose JSON is broken or whose alpha is no number.
    static Result<LoraAlphas> read(const io::Checkpoint& file);
    /// alpha / rank (alpha / sqrt(rank) with use_rslora) for a layer of the file.
    double scale(std::string_view layer, std::int64_t rank) const;

  private:
    Result<void> take(const Json& json, const std::string& start, const std::string& file);

    bool is_known_ = false, is_rs_ = false;
    double alpha_ = 0;
    std::map<std::string, double> by_layer_;
};

}  // namespace studio::checkpoint

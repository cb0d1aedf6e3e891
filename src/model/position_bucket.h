// model/position_bucket.h - T5's relative position buckets by integer thresholds: no logarithm at run time, so that no
// rounding of a platform's log can move a bucket.
#pragma once
#include <cmath>
#include <cstdint>
#include <vector>

namespace studio {

/// Source   UMT5 (transformers, modeling_umt5.py), bidirectional form; spec: wan.md 3.2.
class PositionBuckets {
  public:
    PositionBuckets(std::int64_t num_buckets, std::int64_t max_distance) : half_(num_buckets / 2), exact_(half_ / 2) {
        // Bucket exact_ + j starts at the smallest distance a with (a / exact_)^n >= (max_distance / exact_)^j.
        const auto n = static_cast<double>(half_ - exact_);
        const double full = std::log(static_cast<double>(max_distance) / static_cast<double>(exact_));
        for (std::int64_t j = 1; j < half_ - exact_; ++j) {
            std::int64_t a = starts_.empty() ? exact_ : starts_.back();
            const double bound = static_cast<double>(j) * full - 1e-9;
            while (n * std::log(static_cast<double>(a) / static_cast<double>(exact_)) < bound)
                ++a;
            starts_.push_back(a);
        }
    }

    /// relative = key position - query position.
    std::int64_t operator()(std::int64_t relative) const {
        const std::int64_t base = relative > 0 ? half_ : 0;
        const std::int64_t distance = relative < 0 ? -relative : relative;
        if (distance < exact_) return base + distance;
        std::int64_t bucket = exact_;
        for (const std::int64_t start : starts_)
            bucket += distance >= start ? 1 : 0;
        return base + bucket;
    }

  private:
    std::int64_t half_, exact_;
    std::vector<std::int64_t> starts_;
};

}  // namespace studio

// model/dit_blocks.h - the blocks of a Wan DiT while it runs: all loaded, or each made ready just before it runs.
#pragma once
#include <functional>
#include <memory>

#include "model/block_stream.h"
#include "model/dit_weights.h"

namespace studio {

/// Threads   one; a streamed network has a helper of its own.
class DitBlocks {
  public:
    DitBlocks(std::shared_ptr<const DitLoader> loader, std::int64_t count, at::Device device, Residency residency);

    std::int64_t count() const { return count_; }
    /// Call `run` with block `index`. Streamed, the next one is made ready meanwhile.   Throws  Failure, what run
    /// threw.
    void use(std::int64_t index, const std::function<void(const DitBlockWeights&)>& run) const;
    /// The weights for keys and values of the context of block `index`.
    AttentionWeights cross_keys(std::int64_t index) const;
    /// The context rows are quantised together, so that rows count even where their values do not (W8A8).
    bool quantises_context() const;

  private:
    std::shared_ptr<const DitLoader> loader_;
    std::int64_t count_;
    at::Device device_;
    std::vector<DitBlockWeights> resident_;
    std::unique_ptr<BlockStream<DitBlockWeights>> stream_;
};

}  // namespace studio

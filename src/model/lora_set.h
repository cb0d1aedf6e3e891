// model/lora_set.h - low-rank adapters of a Wan transformer: any of the published namings, added to its weights while
// they are loaded. The files and the mapped weights are never changed, so that without the adapters everything is as
// before, bit by bit.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "checkpoint/recognise.h"
#include "model/lora.h"
#include "tensor/linear.h"

namespace studio {

/// Several adapters, matched to the tensors of one network.
///   W' = W + sum over adapters of strength * (alpha / rank * up down, or a stored difference)
/// Threads  immutable after open.
class LoraSet {
  public:
    /// Every key of every file must have its place in `base`. An adapter of strength 0 is checked and then left out.
    /// Throws Failure: those of checkpoint::read_lora_keys; Unsupported naming the adapter's file and key: another
    /// width,
    ///         image keys for a network without image embedder, a layer that the network does not have;
    ///         InvalidArgument (field "lora"): a strength that is not finite.
    static std::shared_ptr<const LoraSet> open(std::span<const LoraChoice> choices, const checkpoint::Recognised& base);

    bool changes(const std::string& tensor) const { return changes_.contains(tensor); }
    /// value += every change of this tensor, in the order of the adapters; fp32, on any device.
    void add_to(const std::string& tensor, at::Tensor& value) const;
    /// The same as something to keep beside a weight of shape [rows, columns] that stays quantised.
    std::vector<WeightDelta> deltas(const std::string& tensor, at::ScalarType type, at::Device device) const;

  private:
    struct Change {
        std::shared_ptr<const io::Checkpoint> file;
        const io::TensorInfo *up = nullptr, *down = nullptr;  // or only `down`: the difference itself
        double factor = 1;
    };
    struct Matcher;

    static at::Tensor read(const Change& change, const io::TensorInfo& stored);

    std::map<std::string, std::vector<Change>> changes_;  // by canonical tensor name
};

}  // namespace studio

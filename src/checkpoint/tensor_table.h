// checkpoint/tensor_table.h - ask a recognised checkpoint for tensors by canonical name, with errors that name them.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/recognise.h"
#include "core/result.h"

namespace studio::checkpoint {

std::string shape_text(const std::vector<std::int64_t>& shape);  // "[2, 3]"

/// View of a Recognised; must not outlive it. Threads  one.
class TensorTable {
  public:
    explicit TensorTable(const Recognised& recognised)
        : recognised_(recognised), is_asked_for_(recognised.tensors.size()) {}

    const NamedTensor* find(std::string_view name) const;
    bool has_start(std::string_view start) const;
    /// Highest N in "<start>N." plus one; 0 when there is none.
    std::int64_t count_blocks(std::string_view start) const;

    /// The tensor's shape if it is there with `rank` dimensions.   Errors: CorruptFile naming file and tensor.
    Result<std::vector<std::int64_t>> shape(std::string_view name, std::size_t rank) const;
    /// There, of this shape and with values that are real numbers (floating point, GGUF blocks, or scaled 8-bit).
    /// Errors: CorruptFile, Unsupported (whole numbers without a scale).
    Result<void> require(std::string_view name, const std::vector<std::int64_t>& shape) const;
    /// "<name>.weight" of this shape and "<name>.bias" of its first dimension.
    Result<void> require_layer(const std::string& name, const std::vector<std::int64_t>& weight_shape) const;

    /// Number of blocks in a GGUF header ("<arch>.block_count") against `found`.   Errors: CorruptFile naming the key.
    Result<void> agrees_with_header(std::int64_t found) const;
    /// One warning in the log that names the tensors nobody asked for: they are no part of the network. Call last.
    void warn_of_unused(std::initializer_list<std::string_view> known_starts = {}) const;

    std::string file() const;  // the weights file or index, UTF-8

  private:
    const Recognised& recognised_;
    mutable std::vector<bool> is_asked_for_;  // in the order of recognised_.tensors
};

}  // namespace studio::checkpoint

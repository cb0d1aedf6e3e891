// convert/stream_writer.h - a safetensors file of any size, written front to back with little memory.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "io/dtype.h"

namespace studio::convert {

using ByteSink = std::function<Result<void>(std::span<const std::byte>)>;

/// A tensor to come: its description now, its bytes when it is its turn.
struct OutTensor {
    std::string name;
    io::DType dtype = io::DType::kF32;
    std::vector<std::int64_t> shape;
    std::function<Result<void>(const ByteSink&)> produce;  // exactly bytes() bytes, in stretches

    std::uint64_t bytes() const;
};

/// In the given order, without holes. `align_data`: the first tensor's place in the file is a multiple of this (a power
/// of two). Refuses an existing file; `target` appears complete or not at all. Errors  InvalidArgument (`target`
/// exists), Io, those of the producers (Cancelled among them); Internal when a producer
///         gives another number of bytes than it announced.
Result<void> write_stream(const std::filesystem::path& target, std::span<const OutTensor> tensors,
                          std::uint64_t align_data, const std::map<std::string, std::string>& metadata);

}  // namespace studio::convert

// io/safetensors_writer.h - write tensors to a safetensors file: aside first, renamed when complete.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "io/dtype.h"

namespace studio::io {

struct TensorBytes {
    std::string name;
    DType dtype = DType::kF32;
    std::vector<std::int64_t> shape;
    std::span<const std::byte> bytes;  // row-major, little-endian; must outlive the call
};

/// Replaces an existing file atomically.   Errors: InvalidArgument (duplicate name, size mismatch), Io naming the file.
Result<void> write_safetensors(const std::filesystem::path& path, std::span<const TensorBytes> tensors,
                               const std::map<std::string, std::string>& metadata = {});

}  // namespace studio::io

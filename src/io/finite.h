// io/finite.h - are the weights numbers? One pass over the stored bytes, about as fast as memory.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "core/result.h"
#include "io/checkpoint.h"
#include "io/dtype.h"

namespace studio::io {

struct ValueScan {
    std::uint64_t non_finite = 0;  // NaN and infinities; always 0 for integers; all values of a block with a bad scale
    bool is_constant = false;      // more than one element, all with the same bits; never set for block types
    bool is_all_zero = false;      // at least one element, all of them +0 or -0
};

/// `bytes` may be unaligned; a rest shorter than one element or block is ignored.
ValueScan scan_values(std::span<const std::byte> bytes, DType dtype) noexcept;

/// What loaders call for each weight before they use it, best in the order of the file: it reads the tensor's bytes
/// once, asks the disk for those that follow, and checks what the container promises (Checkpoint::verify_content). A
/// constant or all-zero tensor is only logged. Errors  CorruptFile: "tensor X contains N values that are not finite
/// numbers", naming file and tensor; Io when the file
///         changed since it was opened (Checkpoint::verify_unchanged).
Result<void> require_finite(const Checkpoint& checkpoint, const TensorInfo& tensor);

}  // namespace studio::io

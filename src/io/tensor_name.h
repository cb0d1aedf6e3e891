// io/tensor_name.h - which names of tensors are taken from a file.
#pragma once
#include <string_view>

namespace studio::io {

/// Why a tensor may not have this name ("is empty", "is longer than 512 bytes", ...), or null. Names are shown to
/// people and used as keys, never as paths; control, bidirectional and invisible characters would let one pass for
/// another.
const char* bad_tensor_name(std::string_view name);

}  // namespace studio::io

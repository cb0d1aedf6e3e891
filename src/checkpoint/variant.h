// checkpoint/variant.h - one line for people about what a checkpoint is.
#pragma once
#include <cstdint>
#include <string>

#include "checkpoint/recognise.h"

namespace studio::checkpoint {

/// "Wan2.1 T2V 1.3B", "Wan VAE 2.1", "UMT5 text encoder (5.7 billion values)", ... from names and shapes only; which of
/// two equal networks it is (T2V-14B or an A14B expert) cannot be told and is said so.   Source: spec wan.md 2.10.
std::string variant_of(const Recognised& recognised);

/// Number of values in all tensors, saturating.
std::uint64_t value_count(const Recognised& recognised);

}  // namespace studio::checkpoint

// tensor/activation_cache.h - memory for activations on the CPU. Networks free and make the same sizes again all the
// time; malloc either maps and unmaps them (a page fault per 4 KB, a third of a decode) or keeps them in a heap that
// fragments and grows with the number of frames. Freed blocks are kept here by size instead, up to a limit.
#pragma once
#include <cstddef>
#include <cstdint>

namespace studio {

/// Make LibTorch allocate CPU tensors through the cache; the first call counts.   Threads  before other threads use
/// LibTorch.
void use_activation_cache();

/// Give the kept blocks back to the system; at the end of a stage.   Threads  any.
void release_activation_cache() noexcept;

/// How many blocks of a size worth keeping came from the system because none was kept. Work that repeats itself must
/// leave this number as it is.
std::uint64_t activation_cache_misses() noexcept;

/// Bytes in freed blocks that are kept now; 0 when the cache is not in use.
std::size_t activation_cache_bytes() noexcept;

}  // namespace studio

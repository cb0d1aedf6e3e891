// bench/load_files.h - weight files of any size in the three containers, for measuring how fast they load.
#pragma once
#include <cstdint>
#include <filesystem>

namespace studio::bench {

enum class Container { kSafetensors, kTorch, kGguf };

/// Tensors of 16 MiB (gguf: of about 17 MB, Q8_0; else BF16) and one small F32 tensor beside each, `bytes` in all,
/// written and synced. Throws std::runtime_error when the disk refuses.
void write_weights(const std::filesystem::path& path, Container container, std::uint64_t bytes);

}  // namespace studio::bench

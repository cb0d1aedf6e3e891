// tensor/cuda_kernels.h - finds and opens the CUDA plugin at run time. Whatever is missing is a sentence, never a
// crash.
#pragma once
#include <filesystem>
#include <string>

#include "core/result.h"
#include "tensor/cuda_plugin/table.h"

namespace studio {

/// Open this plugin file and check that it speaks our version.
/// Errors   NotFound: no such file. Unsupported: not a plugin, or one of another version, or a library it needs is
///          missing (the loader's own words are in the message).
/// Ownership  the library is never closed again.
Result<const CudaTable*> open_cuda_plugin(const std::filesystem::path& path);

/// Where the plugin is looked for: STUDIO_CUDA_PLUGIN when set, else beside the program, then in ../lib/turbo-studio.
std::filesystem::path cuda_plugin_path();

struct CudaKernels {
    const CudaTable* table = nullptr;  // null: not usable, and `reason` says why
    std::string reason;
};
/// The plugin of this process: needs a usable device (cuda_state). Done once; never throws.   Threads  any.
const CudaKernels& cuda_kernels();

/// For doctor: opens the plugin even without a device, and says what it is and what keeps it from being used.
std::string describe_cuda_kernels();

}  // namespace studio

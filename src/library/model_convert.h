// library/model_convert.h - `models convert`: one part, or a whole model as a diffusers folder.
#pragma once
#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "core/result.h"
#include "library/store_progress.h"

namespace studio {

struct ConvertRequest {
    std::filesystem::path source;  // weights file, index, part folder, or model folder
    std::filesystem::path target;
    std::string form;   // "diffusers", "w8a8", "blocks"
    std::string dtype;  // "", "bf16", "f16", "f32"
    std::uint64_t shard_bytes = 5'000'000'000;
};

struct ConvertResult {
    std::filesystem::path path;
    std::vector<std::filesystem::path> files;
    std::uint64_t bytes = 0;
    std::size_t tensors = 0, changed = 0, quantised = 0;
    std::vector<std::string> notices;  // "only the transformer of the folder was converted", ...
};

/// Of a model folder, w8a8 and blocks take the transformer; a pair of experts has to be converted one by one.
/// Errors  InvalidArgument (`field` "--to", "--dtype", "DST"), those of the readers and of convert::convert_part.
/// Threads any; `report` on the calling thread.
Result<ConvertResult> convert_model(const ConvertRequest& request, const StoreReport& report,
                                    const std::stop_token& stop);

}  // namespace studio

// io/weight_index.h - *.index.json: which shard holds which tensor.
#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/result.h"

namespace studio::io {

struct WeightIndex {
    std::map<std::string, std::string> shard_of;  // tensor name -> file name, without any folder
    std::vector<std::string> shards;              // sorted, each once; at most 256
};

/// Errors  NotFound, Io; CorruptFile naming the index: no weight_map, a file name with a folder in it, no tensors.
Result<WeightIndex> read_weight_index(const std::filesystem::path& path);

}  // namespace studio::io

#include "io/weight_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/json.h"
#include "core/text.h"

namespace studio::io {
namespace {

constexpr JsonLimits kLimits{4u << 20, 4};  // the largest published one has 97 kB
constexpr std::size_t kMostShards = 256;

/// A plain name inside the index's own folder, on every system.
bool is_plain_file_name(const std::string& name) {
    if (name.empty() || name.size() > 255 || name == "." || name == "..") return false;
    if (name.find_first_of("/\\:*?\"<>|") != std::string::npos) return false;
    return escape_for_display(name, 1024) == name;
}

}  // namespace

Result<WeightIndex> read_weight_index(const std::filesystem::path& path) {
    STUDIO_TRY(json, read_json_file(path, kLimits));
    const std::string file = path_to_utf8(path);
    const auto bad = [&](const std::string& field, const std::string& why) {
        return corrupt_file(file, field, fmt::format("{} is no usable index: {}.", escape_for_display(file, 1000), why),
                            "Download the index file of this model again.");
    };
    if (!json.is_object() || !json.contains("weight_map")) return bad("weight_map", "it has no 'weight_map'");
    const Json& map = json["weight_map"];
    if (!map.is_object()) return bad("weight_map", "'weight_map' is not an object of tensor and file names");
    if (map.empty()) return bad("weight_map", "'weight_map' is empty");
    if (map.size() > 65536) return bad("weight_map", "'weight_map' names more than 65536 tensors");
    WeightIndex index;
    std::set<std::string> shards;
    for (const auto& [tensor, shard] : map.items()) {
        const std::string field = escape_for_display(tensor);
        if (!shard.is_string()) return bad(field, fmt::format("the file of tensor {} is not text", field));
        const auto& name = shard.get_ref<const std::string&>();
        if (!is_plain_file_name(name)) {
            return bad(field, fmt::format("tensor {} points at '{}', which is not a plain file name in the same folder",
                                          field, escape_for_display(name)));
        }
        shards.insert(name);
        index.shard_of.emplace(tensor, name);
    }
    if (shards.size() > kMostShards) return bad("weight_map", fmt::format("it names more than {} files", kMostShards));
    index.shards.assign(shards.begin(), shards.end());
    return index;
}

}  // namespace studio::io

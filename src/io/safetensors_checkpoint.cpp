#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "io/mapped_checkpoint.h"
#include "io/safetensors_header.h"
#include "io/weight_index.h"

namespace studio::io {
namespace fs = std::filesystem;
namespace {

class SafetensorsCheckpoint final : public MappedCheckpoint {
  public:
    SafetensorsCheckpoint(const fs::path& opened, const ModelLocation& location)
        : MappedCheckpoint(opened, location, "safetensors") {}

    /// Take over the tensors of one more file.
    Result<void> add_file(std::shared_ptr<const MappedFile> map) {
        STUDIO_TRY(header, parse_safetensors_header(map->bytes(), path_to_utf8(map->path())));
        STUDIO_TRY_VOID(map->verify_unchanged());
        for (TensorInfo& info : header.tensors) {
            info.shard = map_count();
            add_tensor(std::move(info));
        }
        metadata().merge(header.metadata);  // of equal keys the first shard's stays
        add_map(std::move(map));
        return {};
    }
    Result<void> add_file(const fs::path& path) {
        STUDIO_TRY(map, MappedFile::open(path));
        return add_file(std::move(map));
    }
};

Result<void> add_shards(SafetensorsCheckpoint& checkpoint, const fs::path& index_path) {
    STUDIO_TRY(index, read_weight_index(index_path));
    const std::string index_name = path_to_utf8(index_path);
    for (const std::string& shard : index.shards) {
        auto added = checkpoint.add_file(index_path.parent_path() / path_from_utf8(shard));
        if (!added.ok()) {
            if (added.error().code == ErrorCode::kNotFound) {
                added.error().message = fmt::format("The file {}, which {} names, is missing.",
                                                    escape_for_display(shard), escape_for_display(index_name, 1000));
                added.error().fix = "Download the missing file into the same folder.";
            }
            return std::move(added).error();
        }
    }
    checkpoint.sort_tensors();
    const auto infos = checkpoint.tensors();
    const auto paths = checkpoint.files();
    constexpr const char* kFix = "Index and parts do not belong together: download them again from one place.";
    for (std::size_t i = 0; i < infos.size(); ++i) {
        const TensorInfo& info = infos[i];
        const std::string shard = path_to_utf8(paths[info.shard].filename());
        const auto mapped = index.shard_of.find(info.name);
        if (i > 0 && infos[i - 1].name == info.name) {
            return corrupt_file(path_to_utf8(paths[info.shard]), info.name,
                                fmt::format("Tensor {} is in more than one file of the model.", info.name), kFix);
        }
        if (mapped == index.shard_of.end() || mapped->second != shard) {
            return corrupt_file(
                index_name, info.name,
                fmt::format("Tensor {} is in {}, but the index {}.", info.name, shard,
                            mapped == index.shard_of.end() ? "does not name it" : "puts it into " + mapped->second),
                kFix);
        }
    }
    for (const auto& [name, shard] : index.shard_of) {
        if (checkpoint.find(name) != nullptr) continue;
        return corrupt_file(
            path_to_utf8(index_path.parent_path() / path_from_utf8(shard)), escape_for_display(name),
            fmt::format("Tensor {} is missing in {}, where the index puts it.", escape_for_display(name), shard), kFix);
    }
    return {};
}

}  // namespace

Result<std::shared_ptr<const Checkpoint>> open_safetensors(const fs::path& opened, const ModelLocation& location,
                                                           std::shared_ptr<const MappedFile> map) {
    auto checkpoint = std::make_shared<SafetensorsCheckpoint>(opened, location);
    STUDIO_TRY_VOID(checkpoint->add_file(std::move(map)));
    return std::shared_ptr<const Checkpoint>(std::move(checkpoint));
}

Result<std::shared_ptr<const Checkpoint>> open_safetensors_index(const fs::path& opened,
                                                                 const ModelLocation& location) {
    auto checkpoint = std::make_shared<SafetensorsCheckpoint>(opened, location);
    STUDIO_TRY_VOID(add_shards(*checkpoint, location.file));
    return std::shared_ptr<const Checkpoint>(std::move(checkpoint));
}

}  // namespace studio::io

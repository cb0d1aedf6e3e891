#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "io/checkpoint.h"
#include "io/mapped_file.h"
#include "io/model_location.h"
#include "io/safetensors_header.h"
#include "io/weight_index.h"

namespace studio::io {
namespace fs = std::filesystem;
namespace {

class SafetensorsCheckpoint final : public Checkpoint {
  public:
    std::vector<std::shared_ptr<const MappedFile>> maps;
    std::vector<TensorInfo> infos;
    std::vector<fs::path> paths;
    std::map<std::string, std::string> meta;
    fs::path config, opened, main;

    std::span<const TensorInfo> tensors() const override { return infos; }
    const TensorInfo* find(std::string_view name) const override {
        const auto at =
            std::lower_bound(infos.begin(), infos.end(), name,
                             [](const TensorInfo& info, std::string_view wanted) { return info.name < wanted; });
        return at != infos.end() && at->name == name ? &*at : nullptr;
    }
    std::span<const std::byte> bytes(const TensorInfo& tensor) const override {
        return maps.at(tensor.shard)->bytes().subspan(tensor.offset, tensor.nbytes);
    }
    Result<void> verify_unchanged() const override {
        for (const auto& map : maps)
            STUDIO_TRY_VOID(map->verify_unchanged());
        return {};
    }
    std::span<const fs::path> files() const override { return paths; }
    const std::map<std::string, std::string>& metadata() const override { return meta; }
    const fs::path& config_path() const override { return config; }
    const fs::path& path() const override { return opened; }
    std::string_view container() const override { return "safetensors"; }
    const fs::path& main_file() const override { return main; }

    /// Map one more file and take over its tensors.
    Result<void> add_file(const fs::path& path) {
        STUDIO_TRY(map, MappedFile::open(path));
        STUDIO_TRY(header, parse_safetensors_header(map->bytes(), path_to_utf8(path)));
        STUDIO_TRY_VOID(map->verify_unchanged());
        for (TensorInfo& info : header.tensors) {
            info.shard = maps.size();
            infos.push_back(std::move(info));
        }
        meta.merge(header.metadata);  // of equal keys the first shard's stays
        maps.push_back(std::move(map));
        paths.push_back(path);
        return {};
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
    std::sort(checkpoint.infos.begin(), checkpoint.infos.end(),
              [](const TensorInfo& a, const TensorInfo& b) { return a.name < b.name; });
    constexpr const char* kFix = "Index and parts do not belong together: download them again from one place.";
    for (std::size_t i = 0; i < checkpoint.infos.size(); ++i) {
        const TensorInfo& info = checkpoint.infos[i];
        const std::string shard = path_to_utf8(checkpoint.paths[info.shard].filename());
        const auto mapped = index.shard_of.find(info.name);
        if (i > 0 && checkpoint.infos[i - 1].name == info.name) {
            return corrupt_file(path_to_utf8(checkpoint.paths[info.shard]), info.name,
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

Result<std::shared_ptr<const Checkpoint>> Checkpoint::open(const fs::path& path) {
    STUDIO_TRY(location, locate_model(path));
    auto checkpoint = std::make_shared<SafetensorsCheckpoint>();
    checkpoint->opened = path;
    checkpoint->config = location.config;
    checkpoint->main = location.file;
    if (location.is_index) {
        STUDIO_TRY_VOID(add_shards(*checkpoint, location.file));
    } else {
        STUDIO_TRY_VOID(checkpoint->add_file(location.file));
    }
    return std::shared_ptr<const Checkpoint>(std::move(checkpoint));
}

}  // namespace studio::io

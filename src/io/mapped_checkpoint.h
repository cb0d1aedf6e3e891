// io/mapped_checkpoint.h - what the readers of all containers share: mapped files and a sorted list of tensors.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "io/checkpoint.h"
#include "io/mapped_file.h"
#include "io/model_location.h"

namespace studio::io {

class MappedCheckpoint : public Checkpoint {
  public:
    MappedCheckpoint(std::filesystem::path opened, const ModelLocation& location, std::string_view container);

    std::span<const TensorInfo> tensors() const override { return infos_; }
    const TensorInfo* find(std::string_view name) const override;
    std::span<const std::byte> bytes(const TensorInfo& tensor) const override;
    Result<void> verify_unchanged() const override;
    void prefetch(std::size_t shard, std::uint64_t offset, std::uint64_t nbytes) const noexcept override;
    std::span<const std::filesystem::path> files() const override { return paths_; }
    const std::map<std::string, std::string>& metadata() const override { return metadata_; }
    const std::filesystem::path& config_path() const override { return config_; }
    const std::filesystem::path& path() const override { return opened_; }
    std::string_view container() const override { return container_; }
    const std::filesystem::path& main_file() const override { return main_; }

    /// For readers, before the checkpoint is handed out.
    void add_map(std::shared_ptr<const MappedFile> map);
    void add_tensor(TensorInfo info) { infos_.push_back(std::move(info)); }
    void sort_tensors();
    std::size_t map_count() const { return maps_.size(); }
    std::map<std::string, std::string>& metadata() { return metadata_; }

  private:
    std::vector<std::shared_ptr<const MappedFile>> maps_;
    std::vector<TensorInfo> infos_;
    std::vector<std::filesystem::path> paths_;
    std::map<std::string, std::string> metadata_;
    std::filesystem::path config_, opened_, main_;
    std::string_view container_;
};

/// One reader for each container; `map` is the whole file. Checkpoint::open chooses by the first bytes.
Result<std::shared_ptr<const Checkpoint>> open_safetensors(const std::filesystem::path& opened,
                                                           const ModelLocation& location,
                                                           std::shared_ptr<const MappedFile> map);
Result<std::shared_ptr<const Checkpoint>> open_safetensors_index(const std::filesystem::path& opened,
                                                                 const ModelLocation& location);
Result<std::shared_ptr<const Checkpoint>> open_torch_zip(const std::filesystem::path& opened,
                                                         const ModelLocation& location,
                                                         std::shared_ptr<const MappedFile> map);
Result<std::shared_ptr<const Checkpoint>> open_gguf(const std::filesystem::path& opened, const ModelLocation& location,
                                                    std::shared_ptr<const MappedFile> map);

}  // namespace studio::io

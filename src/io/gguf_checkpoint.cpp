#include "core/text.h"
#include "io/gguf_header.h"
#include "io/mapped_checkpoint.h"

namespace studio::io {
namespace {

class GgufCheckpoint final : public MappedCheckpoint {
  public:
    GgufCheckpoint(const std::filesystem::path& opened, const ModelLocation& location)
        : MappedCheckpoint(opened, location, "GGUF") {}
};

}  // namespace

Result<std::shared_ptr<const Checkpoint>> open_gguf(const std::filesystem::path& opened, const ModelLocation& location,
                                                    std::shared_ptr<const MappedFile> map) {
    auto header = parse_gguf_header(map->bytes(), path_to_utf8(map->path()));
    STUDIO_TRY_VOID(map->verify_unchanged());  // before the file is blamed
    if (!header.ok()) return std::move(header).error();
    auto checkpoint = std::make_shared<GgufCheckpoint>(opened, location);
    for (TensorInfo& info : header->tensors)
        checkpoint->add_tensor(std::move(info));
    checkpoint->metadata() = std::move(header->metadata);
    checkpoint->add_map(std::move(map));
    return std::shared_ptr<const Checkpoint>(std::move(checkpoint));
}

}  // namespace studio::io

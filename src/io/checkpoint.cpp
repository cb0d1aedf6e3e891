#include "io/checkpoint.h"

#include "core/text.h"
#include "io/content_kind.h"
#include "io/mapped_checkpoint.h"

namespace studio::io {

Result<std::shared_ptr<const Checkpoint>> Checkpoint::open(const std::filesystem::path& path) {
    STUDIO_TRY(location, locate_model(path));
    if (location.is_index) return open_safetensors_index(path, location);
    STUDIO_TRY(map, MappedFile::open(location.file));
    switch (content_kind(map->bytes())) {
        case ContentKind::kTorchZip:
            return open_torch_zip(path, location, std::move(map));
        case ContentKind::kGguf:
            return open_gguf(path, location, std::move(map));
        default:  // its reader says what else the file may be
            return open_safetensors(path, location, std::move(map));
    }
}

}  // namespace studio::io

#include "pipeline/open_tokenizer.h"

#include <fmt/format.h>

#include "core/text.h"
#include "io/checkpoint.h"

namespace studio::pipeline {
namespace fs = std::filesystem;
namespace {

bool may_be_checkpoint(const fs::path& path) {
    const std::string name = path_to_utf8(path.filename());
    return name.ends_with(".safetensors") || name.ends_with(".index.json") || name.ends_with(".pth") ||
           name.ends_with(".gguf");
}

}  // namespace

Result<std::unique_ptr<text::Tokenizer>> open_tokenizer(const fs::path& path) {
    std::error_code ignored;
    if (!fs::is_regular_file(path, ignored) || !may_be_checkpoint(path)) return text::Tokenizer::open(path);
    STUDIO_TRY(file, io::Checkpoint::open(path));
    const std::string name = path_to_utf8(path);
    const io::TensorInfo* const embedded = file->find("spiece_model");
    if (embedded == nullptr) {
        return Error{
            ErrorCode::kNotFound,
            fmt::format("{} holds no tokenizer: it has no tensor \"spiece_model\".", escape_for_display(name, 1000)),
            name,
            "spiece_model",
            "Name the tokenizer's file (spiece.model or tokenizer.json) or folder.",
            {}};
    }
    if (embedded->dtype != io::DType::kU8) {
        return corrupt_file(name, "spiece_model",
                            fmt::format("The tokenizer inside {} is stored as {} instead of U8.",
                                        escape_for_display(name, 1000), io::dtype_name(embedded->dtype)),
                            "Download the file again, or name a tokenizer file.");
    }
    const auto bytes = file->bytes(*embedded);
    const std::string copy(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    STUDIO_TRY_VOID(file->verify_unchanged());
    return text::Tokenizer::from_bytes(copy, name);
}

}  // namespace studio::pipeline

#include "checkpoint/foreign.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/text.h"

namespace studio::checkpoint {
namespace {

struct Kind {
    std::string_view mark;  // somewhere in a name
    const char* what;
};

// The first that fits; narrow marks before wide ones.
constexpr std::array<Kind, 14> kKinds{{
    {"conditioner.embedders.", "a Stable Diffusion XL checkpoint"},
    {"model.diffusion_model.input_blocks.", "a Stable Diffusion checkpoint"},
    {"joint_blocks.", "a Stable Diffusion 3 transformer"},
    {"double_blocks.", "a FLUX or HunyuanVideo transformer"},
    {"single_transformer_blocks.", "a FLUX transformer in diffusers names"},
    {"adaln_single.", "an LTX or PixArt transformer"},
    {"decoder.up.0.block.", "a VAE for still images"},
    {"quant_conv.weight", "a VAE of another kind"},
    {"text_model.encoder.layers.", "a CLIP text encoder"},
    {"model.layers.0.", "a language model"},
    {"blk.0.", "a language model in GGUF names"},
    {"transformer.h.0.", "a language model"},
    {"wav2vec2.", "a speech model (wav2vec2)"},
    {"transformer_blocks.0.", "a diffusion transformer of another family"},
}};

}  // namespace

std::string describe_foreign(const io::Checkpoint& checkpoint) {
    const auto tensors = checkpoint.tensors();
    std::string names;
    for (std::size_t i = 0; i < tensors.size() && i < 3; ++i)
        names += (i > 0 ? ", " : "") + escape_for_display(tensors[i].name, 60);
    for (const Kind& kind : kKinds) {
        const auto at = std::find_if(tensors.begin(), tensors.end(), [&](const io::TensorInfo& tensor) {
            return tensor.name.find(kind.mark) != std::string::npos;
        });
        if (at == tensors.end()) continue;
        return fmt::format("{} ({} tensors, among them {})", kind.what, tensors.size(),
                           escape_for_display(at->name, 80));
    }
    if (tensors.empty()) return "a file without tensors";
    const auto architecture = checkpoint.metadata().find("general.architecture");
    if (architecture != checkpoint.metadata().end() && architecture->second != "wan") {
        return fmt::format("a GGUF file for \"{}\" ({} tensors, first: {})",
                           escape_for_display(architecture->second, 60), tensors.size(), names);
    }
    return fmt::format("a file of unknown kind ({} tensors, first: {})", tensors.size(), names);
}

}  // namespace studio::checkpoint

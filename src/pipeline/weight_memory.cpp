#include "pipeline/weight_memory.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace studio::pipeline {
namespace {

using checkpoint::NamedTensor;

std::uint64_t count_of(const NamedTensor& tensor) {
    std::uint64_t count = 1;
    for (const std::int64_t size : tensor.shape)
        count *= static_cast<std::uint64_t>(size);
    return count;
}

// The same question as weight_source.cpp asks: these are used as they are stored.
bool stays_quantised(const NamedTensor& tensor) {
    const io::DType type = tensor.stored->dtype;
    return tensor.scheme != checkpoint::Scheme::kPlain || io::is_blocked(type) || type == io::DType::kF8E4M3 ||
           type == io::DType::kF8E5M2;
}

// A view on the mapped file needs the right type, packed rows and an address that is a multiple of the type.
bool is_view(const NamedTensor& tensor, int element_bytes) {
    const io::TensorInfo& stored = *tensor.stored;
    const io::DType wanted = element_bytes == 2 ? io::DType::kBF16 : io::DType::kF32;
    return stored.dtype == wanted && stored.strides.empty() &&
           stored.offset % static_cast<std::uint64_t>(element_bytes) == 0;
}

Bytes bytes_of(const NamedTensor& tensor, int element_bytes, bool is_cuda, bool may_stay_quantised) {
    if (may_stay_quantised && stays_quantised(tensor)) {
        const std::uint64_t scales = tensor.scale != nullptr ? 2 * tensor.scale->nbytes : 0;
        const bool is_copied = is_cuda || !tensor.stored->strides.empty();
        return is_copied ? Bytes{tensor.stored->nbytes + scales, 0} : Bytes{scales, tensor.stored->nbytes};
    }
    const std::uint64_t converted = count_of(tensor) * static_cast<std::uint64_t>(element_bytes);
    return is_cuda || !is_view(tensor, element_bytes) ? Bytes{converted, 0} : Bytes{0, converted};
}

// "blocks.17.ffn.0.weight" with "blocks." -> "17"; empty for what is in no block.
std::string_view block_of(std::string_view name, std::string_view prefix) {
    if (!name.starts_with(prefix)) return {};
    const auto rest = name.substr(prefix.size());
    return rest.substr(0, rest.find('.'));
}

template <class ElementBytes>
PartBytes sum(const checkpoint::Recognised& part, std::string_view prefix, bool is_cuda,
              const ElementBytes& element_bytes) {
    PartBytes out;
    std::map<std::string_view, Bytes> blocks;
    for (const NamedTensor& tensor : part.tensors) {
        if (tensor.stored == nullptr) continue;
        const int size = element_bytes(tensor);
        if (size == 0) continue;
        const Bytes bytes = bytes_of(tensor, size, is_cuda, tensor.name.ends_with(".weight"));
        out.all = out.all + bytes;
        const auto block = block_of(tensor.name, prefix);
        Bytes& place = block.empty() ? out.common : blocks[block];
        place = place + bytes;
    }
    for (const auto& [name, bytes] : blocks)
        if (bytes.all() > out.largest_block.all()) out.largest_block = bytes;
    return out;
}

bool is_norm(std::string_view name) {
    return name.find("norm") != std::string_view::npos;
}

}  // namespace

PartBytes transformer_bytes(const checkpoint::Recognised& part, int element_bytes, bool is_cuda) {
    // dit_weights.h: linears in the compute type; time path, modulation, norms, patch embedding and head in fp32.
    return sum(part, "blocks.", is_cuda, [&](const NamedTensor& tensor) {
        const std::string_view name = tensor.name;
        const bool is_fp32 = is_norm(name) || name.find("modulation") != std::string_view::npos ||
                             name.starts_with("time_") || name.starts_with("patch_embedding") ||
                             name.starts_with("head.") || name.starts_with("img_emb.proj.0") ||
                             name.starts_with("img_emb.proj.4") || name.starts_with("img_emb.emb_pos");
        return is_fp32 ? 4 : element_bytes;
    });
}

PartBytes text_encoder_bytes(const checkpoint::Recognised& part, int element_bytes, bool is_cuda) {
    return sum(part, "blocks.", is_cuda, [&](const NamedTensor& tensor) {
        if (tensor.name == "token_embedding.weight") return 0;  // rows are gathered from the file
        return is_norm(tensor.name) || tensor.name.find("pos_embedding") != std::string::npos ? 4 : element_bytes;
    });
}

PartBytes image_encoder_bytes(const checkpoint::Recognised& part, int element_bytes, bool is_cuda) {
    return sum(part, "visual.transformer.", is_cuda,
               [&](const NamedTensor& tensor) { return is_norm(tensor.name) ? 4 : element_bytes; });
}

Bytes vae_bytes(const checkpoint::Recognised& part, bool is_cuda) {
    Bytes out;
    for (const NamedTensor& tensor : part.tensors) {
        if (tensor.stored == nullptr) continue;
        const std::uint64_t bytes = count_of(tensor) * 4;
        const std::size_t rank = tensor.shape.size();
        const bool is_3x3x3 = rank == 5 && tensor.shape[2] == 3 && tensor.shape[3] == 3;
        const bool is_up = rank == 4 && tensor.name.starts_with("decoder.") && tensor.shape[2] == 3;
        if (is_3x3x3)
            out.owned += bytes + bytes / 3;  // with the plane that a lone first frame needs
        else if (is_up)
            out.owned += bytes * 16 / 9;  // four 2x2 kernels of a 3x3 one after doubling (vae_resample.h)
        else if (rank >= 4 && tensor.shape[2] * (rank == 5 ? tensor.shape[3] : 1) > 1)
            out.owned += bytes;  // channels last
        else
            out = out + bytes_of(tensor, 4, is_cuda, false);
    }
    return out;
}

}  // namespace studio::pipeline

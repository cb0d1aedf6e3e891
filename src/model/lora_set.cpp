#include "model/lora_set.h"

#include <fmt/format.h>

#include <cmath>
#include <unordered_map>

#include "checkpoint/lora_keys.h"
#include "checkpoint/tensor_table.h"
#include "core/text.h"
#include "io/finite.h"
#include "io/read_values.h"

namespace studio {
namespace {

using checkpoint::LoraChange;
using checkpoint::NamedTensor;
using Shape = std::vector<std::int64_t>;

// The shape of the change itself; a product of conv-shaped halves is read as the matrix that it is.
Shape shape_of(const LoraChange& change) {
    if (!change.is_low_rank()) return change.down->shape;
    Shape shape{change.up->shape[0]};
    shape.insert(shape.end(), change.down->shape.begin() + 1, change.down->shape.end());
    return shape;
}

std::int64_t count_of(const Shape& shape) {
    std::int64_t count = 1;
    for (const std::int64_t size : shape)
        count *= size;
    return count;
}

// Same values in the same order; sizes of one may be written or left out (2-D patch embeddings, [1, 6, D] tables).
bool fits(const Shape& change, const NamedTensor& tensor) {
    if (change.empty() || tensor.shape.empty()) return false;
    const bool same_count = count_of(change) == count_of(tensor.shape);
    return same_count && (tensor.shape.size() < 2 || tensor.shape[0] == change[0] || tensor.shape[0] == 1);
}

bool is_of_image_embedder(const std::string& tensor) {
    return tensor.starts_with("img_emb.") || tensor.find("_img.") != std::string::npos;
}

}  // namespace

// Finds the place of every change of one file.
struct LoraSet::Matcher {
    std::unordered_map<std::string_view, const NamedTensor*> base;
    std::string base_variant;
    bool has_image_embedder = false;

    explicit Matcher(const checkpoint::Recognised& recognised) : base_variant(recognised.variant) {
        for (const NamedTensor& tensor : recognised.tensors) {
            base.emplace(tensor.name, &tensor);
            has_image_embedder = has_image_embedder || tensor.name.starts_with("img_emb.");
        }
    }

    Error refuse(const std::string& file, const LoraChange& change, const std::string& message,
                 const std::string& fix) const {
        return {ErrorCode::kUnsupported, message, file, change.key, fix, {}};
    }

    void check(const std::string& file, const LoraChange& change) const {
        const auto found = base.find(change.tensor);
        const Shape shape = shape_of(change);
        if (found == base.end()) {
            if (is_of_image_embedder(change.tensor) && !has_image_embedder) {
                throw Failure(refuse(file, change,
                                     fmt::format("{} changes {}: the LoRA was made for a network that reads image "
                                                 "features (Wan2.1 image-to-video), and {} has none.",
                                                 change.key, change.tensor, base_variant),
                                     "Use it with a Wan2.1 image-to-video model, or choose another LoRA."));
            }
            throw Failure(refuse(file, change,
                                 fmt::format("{} changes {}, which the network ({}) does not have.", change.key,
                                             change.tensor, base_variant),
                                 "Choose a LoRA that was made for this model."));
        }
        if (fits(shape, *found->second)) return;
        throw Failure(refuse(file, change,
                             fmt::format("{} changes {} by {}, but the network ({}) has {} there: the LoRA was made "
                                         "for a network of another size.",
                                         change.key, change.tensor, checkpoint::shape_text(shape), base_variant,
                                         checkpoint::shape_text(found->second->shape)),
                             "Choose a LoRA that was made for this model."));
    }
};

std::shared_ptr<const LoraSet> LoraSet::open(std::span<const LoraChoice> choices, const checkpoint::Recognised& base) {
    auto set = std::make_shared<LoraSet>();
    const Matcher matcher(base);
    for (const LoraChoice& choice : choices) {
        if (!std::isfinite(choice.strength)) {
            throw Failure(
                invalid_argument("lora", "The strength of a LoRA must be a finite number.", "Use 1, as trained."));
        }
        const auto file = io::Checkpoint::open(choice.path).value();
        const checkpoint::LoraKeys keys = checkpoint::read_lora_keys(file).value();
        for (const LoraChange& change : keys.changes) {
            matcher.check(path_to_utf8(file->main_file()), change);
            for (const io::TensorInfo* half : {change.down, change.up}) {
                if (half != nullptr) io::require_finite(*file, *half).value();
            }
            if (choice.strength == 0) continue;
            set->changes_[change.tensor].push_back({file, change.up, change.down, choice.strength * change.scale});
        }
    }
    return set;
}

// fp32, as a matrix whose first size is the tensor's own.
at::Tensor LoraSet::read(const Change& change, const io::TensorInfo& stored) {
    at::Tensor values = at::empty({static_cast<std::int64_t>(io::value_count(stored))}, at::kFloat);
    io::read_values(*change.file, stored, 0,
                    {values.mutable_data_ptr<float>(), static_cast<std::size_t>(values.numel())});
    return values.view({stored.shape.empty() ? 1 : stored.shape[0], -1});
}

void LoraSet::add_to(const std::string& tensor, at::Tensor& value) const {
    const auto found = changes_.find(tensor);
    if (found == changes_.end()) return;
    for (const Change& change : found->second) {
        const at::Tensor down = read(change, *change.down).to(value.device());
        if (change.up == nullptr) {
            value.add_(down.view(value.sizes()), change.factor);
            continue;
        }
        const at::Tensor up = read(change, *change.up).to(value.device());
        at::Tensor matrix = value.view({up.size(0), -1});
        matrix.addmm_(up, down, 1, change.factor);
    }
}

std::vector<WeightDelta> LoraSet::deltas(const std::string& tensor, at::ScalarType type, at::Device device) const {
    std::vector<WeightDelta> out;
    const auto found = changes_.find(tensor);
    if (found == changes_.end()) return out;
    for (const Change& change : found->second) {
        const at::Tensor down = read(change, *change.down);
        if (change.up == nullptr) {
            out.push_back({down.mul(change.factor).to(device, type), {}});
        } else {
            out.push_back({down.to(device, type), read(change, *change.up).mul(change.factor).to(device, type)});
        }
    }
    return out;
}

}  // namespace studio

// app/video_sizes.h - the sizes that a model is made for, by class ("480p") and shape ("16:9").
#pragma once
#include <span>
#include <string>
#include <vector>

#include "library/models.h"

namespace studio {

struct VideoSize {
    int width = 0, height = 0;
    bool operator==(const VideoSize&) const = default;
};

/// One resolution. `name` as people know it: "480p", "720p", or "128p" for the short side of a small model.
struct SizeClass {
    std::string name;
    VideoSize size;           // of the model's own shape (16:9, or as its card says)
    bool is_default = false;  // what the model knows best
    bool operator==(const SizeClass&) const = default;
};

struct AspectRatio {
    int width = 16, height = 9;
    bool operator==(const AspectRatio&) const = default;
};
/// 16:9, 9:16, 1:1, 4:3, 3:4.
std::span<const AspectRatio> usual_aspects();

/// Pixels that width and height must be a multiple of: 32 for models of 48 latent channels (TI2V 5B), else 16.
int size_step(const ModelInfo& model);

/// Resolutions from small to large. Wan models of 14B parameters are made for 480p and 720p, the 1.3B ones for 480p,
/// the 5B one for 704p (spec: wan.md 1.2); a card's own size is the only one of a small model. Empty: nothing is known.
std::vector<SizeClass> size_classes(const ModelInfo& model);

/// The size of a class in another shape: about as many pixels, sides a multiple of size_step(); the published ones
/// where there are any (spec: turbodiffusion.md 1.2).
VideoSize size_for(const SizeClass& size_class, AspectRatio aspect, const ModelInfo& model);

/// Other sizes of the model's card, as they stand there.
std::vector<VideoSize> card_sizes(const ModelInfo& model);

/// Does the transformer have the weights of sparse linear attention?
bool has_sparse_attention(const ModelInfo& model);

}  // namespace studio

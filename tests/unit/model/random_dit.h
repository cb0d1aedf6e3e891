// tests/unit/model/random_dit.h - a small text-to-video transformer with random weights under official names, to be
// stored in whatever way a test wants. Widths that are no multiples of 128, so that every edge of a tile is met.
#pragma once
#include <random>

#include "golden_model.h"
#include "model/wan_dit.h"
#include "support/temp_folder.h"

namespace studio::test {

using Tensors = std::map<std::string, at::Tensor>;

class Randomness {
  public:
    explicit Randomness(std::uint32_t seed) : random_(seed) {}
    at::Tensor normal(at::IntArrayRef shape, double deviation, double mean = 0) {
        at::Tensor out = at::empty(shape, at::kFloat);
        for (std::int64_t i = 0; i < out.numel(); ++i)
            out.mutable_data_ptr<float>()[i] = static_cast<float>(mean + deviation * normal_(random_));
        return out;
    }

  private:
    std::mt19937 random_;
    std::normal_distribution<double> normal_;
};

struct RandomDit {
    std::int64_t dim = 192, heads = 3, ffn_dim = 320, layers = 2, text_dim = 32;
    Tensors tensors;

    explicit RandomDit(std::uint32_t seed = 1) {
        Randomness random(seed);
        const auto layer = [&](const std::string& name, std::int64_t out, std::int64_t in) {
            tensors[name + ".weight"] = random.normal({out, in}, 1 / std::sqrt(static_cast<double>(in)));
            tensors[name + ".bias"] = random.normal({out}, 0.25);
        };
        layer("patch_embedding", dim, 64);
        tensors["patch_embedding.weight"] = tensors["patch_embedding.weight"].view({dim, 16, 1, 2, 2});
        layer("text_embedding.0", dim, text_dim);
        layer("text_embedding.2", dim, dim);
        layer("time_embedding.0", dim, 64);
        layer("time_embedding.2", dim, dim);
        layer("time_projection.1", 6 * dim, dim);
        layer("head.head", 64, dim);
        tensors["head.modulation"] = random.normal({1, 2, dim}, 0.35);
        for (std::int64_t i = 0; i < layers; ++i) {
            const std::string block = "blocks." + std::to_string(i) + ".";
            tensors[block + "modulation"] = random.normal({1, 6, dim}, 0.35);
            tensors[block + "norm3.weight"] = random.normal({dim}, 0.25, 1);
            tensors[block + "norm3.bias"] = random.normal({dim}, 0.25);
            for (const std::string attention : {"self_attn.", "cross_attn."}) {
                for (const std::string part : {"q", "k", "v", "o"})
                    layer(block + attention + part, dim, dim);
                for (const std::string part : {"norm_q", "norm_k"})
                    tensors[block + attention + part + ".weight"] = random.normal({dim}, 0.4, 1.5);
            }
            layer(block + "ffn.0", ffn_dim, dim);
            layer(block + "ffn.2", dim, ffn_dim);
        }
    }

    std::string config() const {
        return "{\"dim\":" + std::to_string(dim) + ",\"num_heads\":" + std::to_string(heads) +
               ",\"ffn_dim\":" + std::to_string(ffn_dim) + ",\"num_layers\":" + std::to_string(layers) + "}";
    }
    /// The ten linears of each block: what quantised files quantise.
    std::vector<std::string> block_linears() const {
        std::vector<std::string> names;
        for (const auto& [name, tensor] : tensors) {
            if (name.starts_with("blocks.") && name.ends_with(".weight") && tensor.dim() == 2)
                names.push_back(name.substr(0, name.size() - 7));
        }
        return names;
    }
};

/// Model files of one test, each with its config.json in a folder of its own.
class ModelFiles {
  public:
    std::filesystem::path write(const Tensors& tensors, const std::string& config) {
        const auto path = next(config) / "model.safetensors";
        write_tensors(path, tensors);
        return path;
    }
    std::filesystem::path write_bytes(const std::string& bytes, const std::string& name, const std::string& config) {
        const auto path = next(config) / name;
        std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        return path;
    }
    std::filesystem::path next(const std::string& config) {
        const auto folder = folder_ / std::to_string(count_++);
        std::filesystem::create_directory(folder);
        std::ofstream(folder / "config.json") << config;
        return folder;
    }

  private:
    TempFolder folder_;
    int count_ = 0;
};

struct ForwardInputs {
    at::Tensor latent, time, text;
    explicit ForwardInputs(std::int64_t text_dim = 32, std::uint32_t seed = 7) {
        Randomness random(seed);
        latent = random.normal({1, 16, 3, 8, 12}, 1);
        time = at::tensor({875.5});
        text = random.normal({1, 150, text_dim}, 1);
    }
};

inline at::Tensor forward(const std::filesystem::path& model, const DitOptions& options = {},
                          const Compute& compute = {}, const ForwardInputs& inputs = ForwardInputs()) {
    const auto dit = WanDit::load(checkpoint::open_as(model, checkpoint::Role::kDit).value(), compute, options);
    return dit->forward(inputs.latent, inputs.time, *dit->prepare(inputs.text));
}

}  // namespace studio::test

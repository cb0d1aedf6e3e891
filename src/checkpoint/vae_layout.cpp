#include "checkpoint/vae_layout.h"

#include <fmt/format.h>

#include <algorithm>

namespace studio::checkpoint {
namespace {

constexpr const char* kFix = "Download the file again, or use another copy of this VAE.";
constexpr std::int64_t kMostLevels = 8;

/// Where the j-th piece of level i is: 2.1 numbers all pieces in one row, 2.2 numbers them per level.
class PieceNames {
  public:
    PieceNames(bool is_22, std::string list, std::int64_t pieces_per_level)
        : is_22_(is_22), list_(std::move(list)), pieces_(pieces_per_level) {}
    std::string operator()(const char* side, std::int64_t level, std::int64_t piece) const {
        if (is_22_) return fmt::format("{0}.{1}.{2}.{1}.{3}.", side, list_, level, piece);
        return fmt::format("{}.{}.{}.", side, list_, level * pieces_ + piece);
    }

  private:
    bool is_22_;
    std::string list_;
    std::int64_t pieces_;
};

Error does_not_fit(const TensorTable& table, const std::string& tensor, const std::string& why) {
    return corrupt_file(table.file(), tensor, fmt::format("Tensor {}: {}.", tensor, why), kFix);
}

/// Levels of the encoder: multipliers, residual blocks per level, which levels halve the time.
Result<void> walk_encoder(const TensorTable& table, VaeConfig& out) {
    out.num_res_blocks = 0;
    const char* const first_level = out.is_22 ? "encoder.downsamples.0.downsamples." : "encoder.downsamples.";
    while (out.num_res_blocks < 16 &&
           table.find(fmt::format("{}{}.residual.2.weight", first_level, out.num_res_blocks)) != nullptr) {
        ++out.num_res_blocks;
    }
    if (out.num_res_blocks == 0) {
        return does_not_fit(table, "encoder.downsamples.0", "the first level of the encoder has no residual block");
    }
    const PieceNames name(out.is_22, "downsamples", out.num_res_blocks + 1);
    out.dim_mult.clear();
    out.temporal_downsample.clear();
    for (std::int64_t level = 0; level < kMostLevels; ++level) {
        const std::string first = name("encoder", level, 0) + "residual.2.weight";
        if (level > 0 && table.find(first) == nullptr) break;
        STUDIO_TRY(shape, table.shape(first, 5));
        if (shape[0] % out.base_dim != 0) {
            return does_not_fit(
                table, first, fmt::format("{} channels are no multiple of the base width {}", shape[0], out.base_dim));
        }
        out.dim_mult.push_back(shape[0] / out.base_dim);
        const std::string resampler = name("encoder", level, out.num_res_blocks);
        if (table.find(resampler + "resample.1.weight") == nullptr) break;
        out.temporal_downsample.push_back(table.has_start(resampler + "time_conv."));
    }
    if (out.temporal_downsample.size() + 1 != out.dim_mult.size()) {
        return does_not_fit(table,
                            name("encoder", static_cast<std::int64_t>(out.dim_mult.size()), 0) + "residual.2.weight",
                            "the encoder ends in the middle of a level");
    }
    return {};
}

class Requirements {
  public:
    Requirements(const TensorTable& table, const VaeConfig& config) : table_(table), c_(config) {}

    Result<void> residual(const std::string& at, std::int64_t in, std::int64_t out) const {
        STUDIO_TRY_VOID(table_.require(at + "residual.0.gamma", {in, 1, 1, 1}));
        STUDIO_TRY_VOID(table_.require_layer(at + "residual.2", {out, in, 3, 3, 3}));
        STUDIO_TRY_VOID(table_.require(at + "residual.3.gamma", {out, 1, 1, 1}));
        STUDIO_TRY_VOID(table_.require_layer(at + "residual.6", {out, out, 3, 3, 3}));
        if (in == out) return {};
        return table_.require_layer(at + "shortcut", {out, in, 1, 1, 1});
    }

    Result<void> middle(const std::string& side, std::int64_t width) const {
        STUDIO_TRY_VOID(residual(side + ".middle.0.", width, width));
        STUDIO_TRY_VOID(table_.require(side + ".middle.1.norm.gamma", {width, 1, 1}));
        STUDIO_TRY_VOID(table_.require_layer(side + ".middle.1.to_qkv", {3 * width, width, 1, 1}));
        STUDIO_TRY_VOID(table_.require_layer(side + ".middle.1.proj", {width, width, 1, 1}));
        return residual(side + ".middle.2.", width, width);
    }

    Result<void> encoder() const {
        const PieceNames name(c_.is_22, "downsamples", c_.num_res_blocks + 1);
        std::int64_t width = c_.base_dim;
        STUDIO_TRY_VOID(table_.require_layer("encoder.conv1", {width, pixels(), 3, 3, 3}));
        for (std::size_t level = 0; level < c_.dim_mult.size(); ++level) {
            const auto at = static_cast<std::int64_t>(level);
            const std::int64_t in = width;
            width = c_.base_dim * c_.dim_mult[level];
            for (std::int64_t j = 0; j < c_.num_res_blocks; ++j) {
                STUDIO_TRY_VOID(residual(name("encoder", at, j), j == 0 ? in : width, width));
            }
            if (level + 1 == c_.dim_mult.size()) break;
            const std::string resampler = name("encoder", at, c_.num_res_blocks);
            STUDIO_TRY_VOID(table_.require_layer(resampler + "resample.1", {width, width, 3, 3}));
            const bool halves_time = c_.temporal_downsample[level];
            if (halves_time) STUDIO_TRY_VOID(table_.require_layer(resampler + "time_conv", {width, width, 3, 1, 1}));
            if (c_.is_22) STUDIO_TRY_VOID(check_shortcut(resampler, in * (halves_time ? 8 : 4), width));
        }
        STUDIO_TRY_VOID(middle("encoder", width));
        STUDIO_TRY_VOID(table_.require("encoder.head.0.gamma", {width, 1, 1, 1}));
        STUDIO_TRY_VOID(table_.require_layer("encoder.head.2", {2 * c_.z_dim, width, 3, 3, 3}));
        return table_.require_layer("conv1", {2 * c_.z_dim, 2 * c_.z_dim, 1, 1, 1});
    }

    Result<void> decoder() const {
        const std::int64_t resnets = c_.num_res_blocks + 1;
        const PieceNames name(c_.is_22, "upsamples", resnets + 1);
        std::int64_t width = c_.decoder_base_dim * c_.dim_mult.back();
        STUDIO_TRY_VOID(table_.require_layer("conv2", {c_.z_dim, c_.z_dim, 1, 1, 1}));
        STUDIO_TRY_VOID(table_.require_layer("decoder.conv1", {width, c_.z_dim, 3, 3, 3}));
        STUDIO_TRY_VOID(middle("decoder", width));
        const std::size_t levels = c_.dim_mult.size();
        for (std::size_t level = 0; level < levels; ++level) {
            const auto at = static_cast<std::int64_t>(level);
            const std::int64_t in = !c_.is_22 && level > 0 ? width / 2 : width;  // 2.1 halves in the upsampler
            width = c_.decoder_base_dim * c_.dim_mult[levels - 1 - level];
            for (std::int64_t j = 0; j < resnets; ++j) {
                STUDIO_TRY_VOID(residual(name("decoder", at, j), j == 0 ? in : width, width));
            }
            if (level + 1 == levels) break;
            const std::string resampler = name("decoder", at, resnets);
            STUDIO_TRY_VOID(
                table_.require_layer(resampler + "resample.1", {c_.is_22 ? width : width / 2, width, 3, 3}));
            const bool doubles_time = c_.temporal_downsample[levels - 2 - level];
            if (doubles_time)
                STUDIO_TRY_VOID(table_.require_layer(resampler + "time_conv", {2 * width, width, 3, 1, 1}));
            if (!doubles_time && table_.has_start(resampler + "time_conv.")) {
                return does_not_fit(table_, resampler + "time_conv.weight",
                                    "the encoder does not halve the time there");
            }
            if (c_.is_22) STUDIO_TRY_VOID(check_shortcut(resampler, width * (doubles_time ? 8 : 4), in));
        }
        STUDIO_TRY_VOID(table_.require("decoder.head.0.gamma", {width, 1, 1, 1}));
        return table_.require_layer("decoder.head.2", {pixels(), width, 3, 3, 3});
    }

  private:
    std::int64_t pixels() const { return 3 * c_.patch_size * c_.patch_size; }
    /// The 2.2 shortcuts without weights group or repeat whole channels.
    Result<void> check_shortcut(const std::string& at, std::int64_t many, std::int64_t few) const {
        if (many % few == 0) return {};
        return does_not_fit(table_, at + "resample.1.weight",
                            fmt::format("{} values cannot be shared out evenly to {} channels", many, few));
    }

    const TensorTable& table_;
    const VaeConfig& c_;
};

}  // namespace

Result<VaeConfig> vae_from_shapes(const TensorTable& table) {
    VaeConfig out;
    out.is_22 =
        table.has_start("decoder.upsamples.0.upsamples.") || table.has_start("encoder.downsamples.0.downsamples.");
    STUDIO_TRY(first, table.shape("encoder.conv1.weight", 5));
    STUDIO_TRY(latent, table.shape("conv2.weight", 5));
    STUDIO_TRY(head, table.shape("decoder.head.0.gamma", 4));
    out.base_dim = first[0];
    out.z_dim = latent[0];
    out.patch_size = 1;
    while (3 * out.patch_size * out.patch_size < first[1] && out.patch_size < 16)
        ++out.patch_size;
    if (3 * out.patch_size * out.patch_size != first[1]) {
        return does_not_fit(table, "encoder.conv1.weight",
                            fmt::format("{} input channels are not RGB in square patches", first[1]));
    }
    STUDIO_TRY_VOID(walk_encoder(table, out));
    if (out.dim_mult[0] < 1 || head[0] % out.dim_mult[0] != 0) {
        return does_not_fit(table, "decoder.head.0.gamma",
                            fmt::format("{} channels do not fit the encoder's multipliers", head[0]));
    }
    out.decoder_base_dim = head[0] / out.dim_mult[0];
    out.spatial_stride = out.patch_size << (out.dim_mult.size() - 1);
    out.temporal_stride = std::int64_t{1}
                          << std::count(out.temporal_downsample.begin(), out.temporal_downsample.end(), true);
    return out;
}

Result<void> require_vae_tensors(const TensorTable& table, const VaeConfig& config) {
    const Requirements requirements(table, config);
    STUDIO_TRY_VOID(requirements.encoder());
    return requirements.decoder();
}

}  // namespace studio::checkpoint

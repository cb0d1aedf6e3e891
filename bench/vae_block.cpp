// One residual block of the Wan VAE decoder in streaming form (norm, SiLU, 3x3x3 convolution that is causal in time,
// twice, and the sum with the input; the caches of two frames kept up) beside the same in LibTorch operations, in one
// run, interleaved: eager as diffusers runs it ([1, C, T, H, W], cat of the cache, conv3d), and the same with channels
// last and oneDNN's convolution called directly, which is LibTorch's best here. One latent frame's worth of frames.
//   vae_block --channels 96 --height 120 --width 208 --frames 4 [--repeats 5 --threads 0]
#include "bench/measure.h"
#include "tensor/compute.h"
#include "tensor/op_choice.h"
#include "tensor/ops_video.h"

namespace studio {
namespace {

struct Weights {
    at::Tensor gamma[2], weight[2], bias[2];  // gamma [C], weight [C, C, 3, 3, 3]
};

/// In LibTorch operations; x [1, C, T, H, W] in any memory order.
class Peer {
  public:
    Peer(const Weights& w, at::ScalarType type, bool is_best) : is_best_(is_best) {
        for (int i = 0; i < 2; ++i) {
            gamma_[i] = w.gamma[i].to(type).view({1, -1, 1, 1, 1});
            bias_[i] = w.bias[i].to(type);
            weight_[i] = w.weight[i].to(type);
            if (is_best) weight_[i] = weight_[i].contiguous(at::MemoryFormat::ChannelsLast3d);
        }
    }

    at::Tensor operator()(const at::Tensor& x) {
        at::Tensor y = x;
        for (int i = 0; i < 2; ++i) {
            const at::Tensor norm = at::linalg_vector_norm(y, 2, at::IntArrayRef{1}, true).clamp_min(1e-12);
            y = at::silu(y / norm * std::sqrt(double(y.size(1))) * gamma_[i]);
            if (!cache_[i].defined()) cache_[i] = at::zeros_like(y.slice(2, 0, 2));
            const at::Tensor input = at::cat({cache_[i], y}, 2);
            cache_[i] = input.slice(2, input.size(2) - 2).clone();
            y = is_best_ ? at::mkldnn_convolution(input.contiguous(at::MemoryFormat::ChannelsLast3d), weight_[i],
                                                  bias_[i], {0, 1, 1}, {1, 1, 1}, {1, 1, 1}, 1)
                         : at::conv3d(input, weight_[i], bias_[i], {1, 1, 1}, {0, 1, 1});
        }
        return y + x;
    }

  private:
    bool is_best_;
    at::Tensor gamma_[2], weight_[2], bias_[2], cache_[2];
};

/// As model/vae_layers does it; x [T, H, W, C].
class Own {
  public:
    explicit Own(const Weights& w) : w_(w) {
        for (int i = 0; i < 2; ++i)
            weight_[i] = ops::conv_weight(w.weight[i]);
    }

    at::Tensor operator()(const at::Tensor& x) {
        at::Tensor y = x;
        for (int i = 0; i < 2; ++i) {
            at::Tensor normed = at::empty_like(y);
            ops::channel_norm_into(y, w_.gamma[i], true, normed);
            if (!cache_[i].defined()) cache_[i] = at::zeros_like(normed.slice(0, 0, 2));
            y = ops::causal_conv(cache_[i], normed, weight_[i], w_.bias[i], {.space_padding = 1},
                                 i == 1 ? x : at::Tensor());
            cache_[i].copy_(normed.slice(0, normed.size(0) - 2));
        }
        return y;
    }

  private:
    Weights w_;
    at::Tensor weight_[2], cache_[2];
};

int run(int argc, char** argv) {
    const c10::InferenceMode mode;
    static_cast<void>(choose_compute("cpu", "fp32"));  // with the program's memory cache, for every side
    auto o = bench::numbers(argc, argv,
                            {{"channels", 96},
                             {"height", 120},
                             {"width", 208},
                             {"frames", 4},
                             {"repeats", 5},
                             {"threads", 0},
                             {"eager", 1}});
    if (o["threads"] > 0) at::set_num_threads(int(o["threads"]));
    const auto channels = std::int64_t(o["channels"]), frames = std::max<std::int64_t>(2, std::int64_t(o["frames"]));
    const auto height = std::int64_t(o["height"]), width = std::int64_t(o["width"]);
    Weights w;
    for (int i = 0; i < 2; ++i) {
        w.gamma[i] = at::rand({channels}) + 0.5;
        w.weight[i] = at::randn({channels, channels, 3, 3, 3}) / std::sqrt(27.0 * double(channels));
        w.bias[i] = at::randn({channels}) * 0.1;
    }
    const at::Tensor x = at::randn({frames, height, width, channels});
    const at::Tensor last = x.permute({3, 0, 1, 2}).unsqueeze(0), first = last.contiguous();
    Peer eager(w, at::kFloat, false), best(w, at::kFloat, true);
    Own own(w), unfused(w);
    at::Tensor results[4];
    std::vector<bench::Contender> all{{"LibTorch, channels last, oneDNN", [&] { results[0] = best(last); }},
                                      {"own", [&] { results[1] = own(x); }},
                                      {"own norm, LibTorch convolution", [&] {
                                           ops::set_op("conv=aten").value();
                                           results[2] = unfused(x);
                                           ops::set_op("conv=auto").value();
                                       }}};
    if (o["eager"] > 0) all.push_back({"LibTorch, eager conv3d", [&] { results[3] = eager(first); }});
    bench::interleave(all, int(o["repeats"]));
    std::printf("%s, %d threads, load %.2f; %ld frames of %ldx%ld, %ld channels; %.1f GFLOP as sums over the window\n",
                ops::cpu_kernel_name(), at::get_num_threads(), bench::load_average(), long(frames), long(width),
                long(height), long(channels),
                2e-9 * 2 * 27 * double(channels * channels) * double(frames * height * width));
    // A state like that of the timed runs: the caches hold the end of the same chunk.
    Peer exact(w, at::kDouble, false);
    const at::Tensor wide = first.to(at::kDouble);
    static_cast<void>(exact(wide));
    const at::Tensor want = exact(wide);
    std::vector<double> errors;
    for (std::size_t i = 0; i < all.size(); ++i) {
        at::Tensor y = results[i].to(at::kDouble);
        if (i == 1 || i == 2) y = y.permute({3, 0, 1, 2}).unsqueeze(0);
        errors.push_back(((y - want).norm() / want.norm()).item<double>());
    }
    bench::print(all, errors);
    return 0;
}

}  // namespace
}  // namespace studio

int main(int argc, char** argv) {
    return studio::run(argc, argv);
}

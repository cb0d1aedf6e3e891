// bench/decode_growth.cpp - time and peak memory of streamed VAE decoding against the number of frames.
//   bench_decode_growth --vae DIR [--size 128] [--frames 17,33,65] [--threads N] [--repeats 3]
// Peak memory is the kernel's own high-water mark, reset before each run (Linux).
#include <chrono>
#include <cstdio>
#include <fstream>

#include "checkpoint/recognise.h"
#include "core/platform.h"
#include "core/text.h"
#include "model/wan_vae.h"
#include "tensor/guard.h"
#include "tensor/noise.h"
#include "tensor/torch_compat.h"

namespace {

using namespace studio;

struct Options {
    std::string vae;
    std::int64_t size = 128;
    std::vector<std::int64_t> frames{17, 33, 65};
    int threads = 1;
    int repeats = 3;
};

std::vector<std::int64_t> parse_list(std::string_view text) {
    std::vector<std::int64_t> values;
    while (!text.empty()) {
        const auto comma = text.find(',');
        const auto value = parse_int64(text.substr(0, comma));
        if (!value || *value < 1)
            throw Failure(invalid_argument("--frames", "not a list of whole numbers", "give e.g. 17,33,65"));
        values.push_back(*value);
        text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
    }
    return values;
}

Options parse(int argc, char** argv) {
    Options o;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view key = argv[i], value = argv[i + 1];
        const auto number = parse_int64(value);
        if (key == "--vae") {
            o.vae = value;
        } else if (key == "--frames") {
            o.frames = parse_list(value);
        } else if (key == "--size" && number) {
            o.size = *number;
        } else if (key == "--threads" && number) {
            o.threads = static_cast<int>(*number);
        } else if (key == "--repeats" && number) {
            o.repeats = static_cast<int>(*number);
        } else {
            throw Failure(invalid_argument(std::string(key), "unknown option or bad value",
                                           "see the head of bench/decode_growth.cpp"));
        }
    }
    if (o.vae.empty()) throw Failure(invalid_argument("--vae", "no model given", "name the folder of a VAE"));
    return o;
}

void reset_peak() {
#ifdef __linux__
    std::ofstream("/proc/self/clear_refs") << "5";
#endif
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

void run(const Options& o) {
    c10::InferenceMode inference;
    set_compute_threads(o.threads);
    const auto recognised = checkpoint::open_as(path_from_utf8(o.vae), checkpoint::Role::kVae).value();
    const auto vae = WanVae::load(recognised, choose_compute("cpu", "fp32"));
    const auto& config = vae->config();
    std::printf(
        "%lld x %lld, %d threads, fp32, median of %d\n\n| frames | s | s per latent frame | peak above start, MB "
        "|\n|---|---|---|---|\n",
        static_cast<long long>(o.size), static_cast<long long>(o.size), o.threads, o.repeats);
    for (const std::int64_t frames : o.frames) {
        const std::int64_t latent_frames = 1 + (frames - 1) / config.temporal_stride;
        const std::int64_t side = o.size / config.spatial_stride;
        const auto z = gaussian_noise({1, config.z_dim, latent_frames, side, side}, 1, 0);
        std::vector<double> seconds, peaks;
        for (int r = 0; r < o.repeats; ++r) {
            const auto before = platform::process_rss_bytes();
            reset_peak();
            const auto begin = std::chrono::steady_clock::now();
            std::int64_t seen = 0;
            vae->decode(z, [&](const at::Tensor& chunk) { seen += chunk.size(2); });
            seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
            peaks.push_back(static_cast<double>(platform::process_peak_rss_bytes() - before));
            if (seen != frames) throw Failure(internal_error("the decoder made another number of frames"));
        }
        const double s = median(seconds);
        std::printf("| %lld | %.3f | %.4f | %.1f |\n", static_cast<long long>(frames), s,
                    s / static_cast<double>(latent_frames), median(peaks) / 1e6);
    }
}

}  // namespace

int main(int argc, char** argv) {
    const auto result = guard([&] { run(parse(argc, argv)); });
    if (!result.ok()) {
        std::fprintf(stderr, "%s: %s %s\n", result.error().field.c_str(), result.error().message.c_str(),
                     result.error().fix.c_str());
        return exit_code(result.error().code);
    }
    return 0;
}

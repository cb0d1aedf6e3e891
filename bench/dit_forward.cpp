// bench/dit_forward.cpp - one forward pass of a Wan transformer: load time, time of the pass, peak memory.
//   bench_dit_forward --model FILE [--width 256] [--height 256] [--frames 5] [--text 512] [--precision fp32]
//                     [--threads 2] [--repeats 3] [--w8a8 0]
// Prints one line of JSON. Inputs are noise: a pass costs the same whatever is in the picture.
// dit_forward.py makes random weights of real shapes and runs this and diffusers in turn.
#include <chrono>
#include <cstdio>

#include "bench/measure.h"
#include "checkpoint/recognise.h"
#include "core/json.h"
#include "core/platform.h"
#include "core/text.h"
#include "model/wan_dit.h"
#include "tensor/guard.h"
#include "tensor/noise.h"

namespace {

using namespace studio;

struct Options {
    std::string model, precision = "fp32";
    std::map<std::string_view, std::int64_t> numbers{{"--width", 256}, {"--height", 256}, {"--frames", 5},
                                                     {"--text", 512},  {"--threads", 2},  {"--repeats", 3},
                                                     {"--w8a8", 0}};
    std::int64_t operator[](const char* name) const { return numbers.at(name); }
};

Options parse(int argc, char** argv) {
    Options o;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view key = argv[i], value = argv[i + 1];
        const auto number = parse_int64(value);
        if (key == "--model") {
            o.model = value;
        } else if (key == "--precision") {
            o.precision = value;
        } else if (o.numbers.contains(key) && number && *number >= 0) {
            o.numbers.at(key) = *number;
        } else {
            throw Failure(invalid_argument(std::string(key), "unknown option or bad value",
                                           "see the head of bench/dit_forward.cpp"));
        }
    }
    if (o.model.empty()) throw Failure(invalid_argument("--model", "no model given", "name a transformer"));
    return o;
}

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

void run(const Options& o) {
    const c10::InferenceMode inference;
    set_compute_threads(static_cast<int>(o["--threads"]));
    const Compute compute = choose_compute("cpu", o.precision);
    DitOptions options;
    options.quantize_activations = o["--w8a8"] != 0;
    const auto begin_load = Clock::now();
    const auto dit =
        WanDit::load(checkpoint::open_as(path_from_utf8(o.model), checkpoint::Role::kDit).value(), compute, options);
    const double load = seconds_since(begin_load);
    const auto& config = dit->config();
    const std::int64_t latent_frames = 1 + (o["--frames"] - 1) / 4, stride = config.in_channels == 48 ? 16 : 8;
    const std::int64_t h = o["--height"] / stride, w = o["--width"] / stride;
    const at::Tensor latent = gaussian_noise({1, config.in_channels, latent_frames, h, w}, 1, 0);
    const at::Tensor text = gaussian_noise({1, o["--text"], config.text_dim}, 1, 1);
    const at::Tensor time = at::full({1}, 500.0);
    std::vector<double> prepare, forward, cpu;
    for (std::int64_t r = 0; r <= o["--repeats"]; ++r) {
        const auto begin = Clock::now();
        const auto context = dit->prepare(text);
        const double prepared = seconds_since(begin), begin_cpu = bench::cpu_now();
        const at::Tensor out = dit->forward(latent, time, *context);
        if (r == 0) continue;  // warm-up
        prepare.push_back(prepared);
        forward.push_back(seconds_since(begin) - prepared);
        cpu.push_back(bench::cpu_now() - begin_cpu);
        if (!at::isfinite(out).all().item<bool>())
            throw Failure(internal_error("the pass made values that are no numbers"));
    }
    const auto& patch = config.patch;
    const Json line{{"program", "turbo-studio"},
                    {"tokens", latent_frames / patch[0] * (h / patch[1]) * (w / patch[2])},
                    {"load", load},
                    {"prepare", bench::median(prepare)},
                    {"forward", bench::median(forward)},
                    {"cpu", bench::median(cpu)},
                    {"peak_rss", platform::process_peak_rss_bytes()}};
    std::puts(line.dump().c_str());
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

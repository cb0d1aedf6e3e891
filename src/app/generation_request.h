// app/generation_request.h - the one job schema: window, command line, recipe in an MP4, queue row, later HTTP.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/memory_prediction.h"
#include "core/json.h"
#include "core/result.h"

namespace studio {

/// One adapter.
struct LoraSetting {
    std::string path;
    double strength = 1;          // as trained; negative inverts
    std::string expert = "both";  // both, high, low: of a model with two transformers
    bool operator==(const LoraSetting&) const = default;
};

/// What a person asked for. Everything optional is filled with the model's defaults by resolve(). UTF-8 throughout.
/// JSON round-trips exactly; the keys are the member names. Every field's range, default and help text stand in
/// app/settings_table.h, from which the command line, the window and the validation are made.
struct GenerationRequest {
    static constexpr int kSchemaVersion = 1;

    std::string model;  // path of a model folder or file, or a catalogue name; empty: the bundled demo model
    std::string prompt;
    std::string negative_prompt;  // only with guidance > 1; empty: the model's own, a space: none
    std::string image;            // picture that the video starts from
    std::string image_sha256;     // of that file when the settings were resolved; tells a changed image
    std::string end_image;        // picture that it ends with (first-and-last-frame models)
    std::string end_image_sha256;
    std::string image_fit = "follow";  // follow, crop, pad, stretch
    std::optional<int> width;          // pixels
    std::optional<int> height;
    std::optional<int> num_frames;  // 4k+1
    std::optional<double> seconds;  // instead of num_frames: the nearest 4k+1
    std::optional<double> fps;
    std::optional<int> steps;
    std::optional<std::string> sampler;       // rcm, unipc, euler, dpmpp, euler_linear
    std::optional<std::string> sampler_mode;  // rcm: sde, ode
    std::optional<double> guidance;           // 1: off; with two experts of the high-noise one
    std::optional<double> guidance_2;         // of the low-noise expert
    std::optional<double> boundary;           // where the low-noise expert takes over, in (0, 1)
    std::optional<double> shift;              // grid samplers
    std::optional<double> sigma_max;          // rcm
    std::int64_t seed = -1;                   // -1: drawn at submit; the drawn one is stored
    std::string attention = "auto";           // auto, dense, sla, sagesla, sage
    double sla_topk = 0.1;
    std::vector<LoraSetting> loras;  // in the order in which they are merged
    // Other files for parts of the model; empty: the model's own.
    std::string vae, text_encoder, tokenizer, transformer_2, image_encoder;
    std::string precision = "auto";  // auto, fp32, bf16
    std::string device = "auto";     // auto, cpu, cuda
    int threads = 0;                 // 0: as many as there are cores
    std::string output;              // file, or folder (a name is made); empty: ./outputs
    std::string name_pattern;        // of a made name, as in app/output_name.h; empty: prompt and seed
    std::string metadata = "keep";   // keep, strip: settings in the video file
    int crf = 17;                    // x264 quality, 0 best to 51 worst
    std::int64_t ram_limit = 0;      // bytes of main memory for the program; 0: what is free
    std::int64_t vram_limit = 0;     // bytes of the graphics card's memory; 0: what is free
    std::string latents;             // final latents of an earlier run: only decode and save (see app/latents_file.h)
    std::string group;               // of the queue: jobs that belong together (see ui/sheet_plan.h); never in a recipe
    std::string job;                 // 32 hexadecimal digits of the queue's job; recorded in the video's recipe

    /// Is this a member's JSON key?
    static bool has_key(std::string_view key);
    Json to_json() const;
    /// Errors   InvalidArgument naming the key: unknown key, wrong type, newer schema version.
    static Result<GenerationRequest> from_json(const Json& json);
    bool operator==(const GenerationRequest&) const = default;
};

/// A request with every value decided: what will run. All values are concrete; to_json() of this is the recipe's
/// "settings" and is itself a valid GenerationRequest that gives the same frames.
struct ResolvedRequest {
    /// Every optional that means something for the model has a value, seed >= 0, paths of model and images are
    /// absolute.
    GenerationRequest request;
    std::string model_name;  // for people
    int width = 0, height = 0, num_frames = 0, steps = 0;
    double fps = 0, guidance = 1, shift = 0, sigma_max = 0;
    std::string sampler, precision, device;
    int threads = 1;
    std::string output_path;                 // absolute, ends in .mp4; a free name at resolve time
    std::uint64_t predicted_peak_bytes = 0;  // memory.chosen.peak.host
    MemoryPrediction memory;
    std::vector<std::string> notices;  // e.g. "The prompt has 530 tokens; the model reads 512, up to '...'."
};

}  // namespace studio

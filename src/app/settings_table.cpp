#include "app/settings_table.h"

#include <array>

namespace studio {
namespace {

constexpr std::string_view kFromModel = "from the model";
constexpr double kMaxSeed = 9223372036854775807.0;  // the largest std::int64_t

const std::vector<Setting>& table() {
    using enum SettingType;
    static const std::vector<Setting> kTable{
        {"model",
         "--model",
         kPath,
         0,
         0,
         {},
         "",
         "the bundled demo model",
         "Model folder, or a name that 'models list' shows."},
        {"prompt", "--prompt", kText, 0, 0, {}, "", "", "What the video should show."},
        {"negative_prompt",
         "--negative-prompt",
         kText,
         0,
         0,
         {},
         "",
         "none",
         "What it should not show; works only with a guidance above 1."},
        {"size", "--size", kText, 0, 0, {}, "px", kFromModel, "Width and height in one, such as 832x480."},
        {"width", "--width", kInt, 16, 16384, {}, "px", kFromModel, "Width of the video."},
        {"height", "--height", kInt, 16, 16384, {}, "px", kFromModel, "Height of the video."},
        {"num_frames", "--frames", kInt, 1, 4093, {}, "frames", kFromModel, "Number of frames, 4k+1: 1, 5, 9, ... 81."},
        {"seconds",
         "--seconds",
         kNumber,
         0.01,
         600,
         {},
         "s",
         kFromModel,
         "Length instead of --frames; the nearest possible number of frames is taken."},
        {"fps", "--fps", kNumber, 1, 120, {}, "frames/s", kFromModel, "Frames per second of the file."},
        {"steps", "--steps", kInt, 1, 1000, {}, "", kFromModel, "Denoising steps; the rcm sampler takes 1 to 4."},
        {"sampler",
         "--sampler",
         kChoice,
         0,
         0,
         {"rcm", "unipc", "euler", "dpmpp"},
         "",
         kFromModel,
         "How the steps are taken."},
        {"guidance",
         "--guidance",
         kNumber,
         1,
         100,
         {},
         "",
         kFromModel,
         "How strongly the prompt is followed; 1 turns guidance and the negative prompt off."},
        {"shift",
         "--shift",
         kNumber,
         0.01,
         100,
         {},
         "",
         kFromModel,
         "Moves the noise levels up (unipc, euler, dpmpp); larger for larger videos."},
        {"sigma_max", "--sigma-max", kNumber, 1, 10000, {}, "", kFromModel, "First noise level of the rcm sampler."},
        {"seed", "--seed", kInt, -1, kMaxSeed, {}, "", "-1", "Same seed, same video; -1 draws one."},
        {"attention",
         "--attention",
         kChoice,
         0,
         0,
         {"auto", "dense", "sla", "sagesla", "sage"},
         "",
         "auto",
         "Kind of self-attention; auto takes what the model was made for."},
        {"sla_topk",
         "--sla-topk",
         kNumber,
         0.001,
         1,
         {},
         "",
         "0.1",
         "Share of key blocks that sparse attention keeps."},
        {"precision",
         "--precision",
         kChoice,
         0,
         0,
         {"auto", "fp32", "bf16"},
         "",
         "auto",
         "Number format of the computation; auto takes what is fast on this machine."},
        {"device", "--device", kChoice, 0, 0, {"auto", "cpu", "cuda"}, "", "auto", "Where to compute."},
        {"threads", "--threads", kInt, 0, 1024, {}, "", "0", "Processor threads; 0 takes one per core."},
        {"output",
         "--output",
         kPath,
         0,
         0,
         {},
         "",
         "outputs/",
         "File to write, or a folder in which a name is made. Nothing is ever replaced."},
        {"crf", "--crf", kInt, 0, 51, {}, "", "17", "H.264 quality: 0 best and largest, 51 worst and smallest."},
    };
    return kTable;
}

}  // namespace

std::span<const Setting> settings_table() {
    return table();
}

const Setting* find_setting(std::string_view key_or_flag) {
    for (const Setting& setting : table()) {
        if (setting.key == key_or_flag || setting.flag == key_or_flag) return &setting;
    }
    return nullptr;
}

}  // namespace studio

// app/published_prompts.h - the negative prompts that the models were published with. Data of Wan-Video/Wan2.1 and
// Wan2.2 (Apache-2.0), wan/configs/shared_config.py and its relatives; spec: wan.md 1.3.
#pragma once

namespace studio {

inline constexpr const char* kNegativePrompt =
    "色调艳丽，过曝，静态，细节模糊不清，字幕，风格，作品，画作，画面，静止，整体发灰，最差质量，低质量，JPEG压缩残留，"
    "丑陋的，残缺的，多余的手指，画得不好的手部，画得不好的脸部，畸形的，毁容的，形态畸形的肢体，手指融合，静止不动的画"
    "面，"
    "杂乱的背景，三条腿，背景人很多，倒着走";
inline constexpr const char* kNegativeShaking = "镜头晃动，";  // in front of it: Wan2.1 image-to-video
inline constexpr const char* kNegativeCuts = "镜头切换，";     // in front of both: first and last frame

}  // namespace studio

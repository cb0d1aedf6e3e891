// pipeline/expert_names.h - which of two equal transformers is for high noise: only their names can say.
#pragma once
#include <filesystem>
#include <string>

namespace studio::pipeline {

enum class NoiseHalf { kUnknown, kHigh, kLow };

/// From the words of the file's name, else of its folder's: "wan2.2_i2v_high_noise_14B", "A14B-low-720P",
/// "HighNoise", "high_noise_model/". A word such as "high_quality" says nothing.   Source: spec wan.md 2.10, 8.1.
NoiseHalf noise_half_of(const std::filesystem::path& path);

/// The same text for the two halves of one pair: the path in lower case with the telling words replaced.
std::string pair_name(const std::filesystem::path& path);

}  // namespace studio::pipeline

// app/compare_videos.h - are two videos the same, frame by frame? And may they be expected to be?
#pragma once
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/result.h"

namespace studio {

struct VideoComparison {
    std::vector<std::string> hashes;  // SHA-256 of every decoded frame of the first video, hexadecimal
    int frames_a = 0, frames_b = 0;
    std::optional<int> first_difference;  // index of the first frame that differs or that only one of them has
    bool is_identical() const { return !first_difference && frames_a == frames_b; }
};

/// Decode both and compare the pixels. Only hashes are kept.
/// Errors   those of media::read_video, naming the file; Cancelled.   Threads  any; blocking.
Result<VideoComparison> compare_videos(const std::filesystem::path& a, const std::filesystem::path& b,
                                       const std::stop_token& stop = {});

/// What is another one than when a video was made, so that making it again may give other frames.
struct RecipeDifference {
    enum class What { kProgramVersion, kModelFiles, kModelMissing, kDevice, kPrecision } what = What::kProgramVersion;
    std::string then, now;  // for people: "1.0.0" and "1.1.0"; empty when unknown
};

/// Compare the recipe inside a video with this program, this machine and the model that its settings name now. Hashes
/// of the model's files are compared as far as they are known without reading gigabytes.
/// Errors   those of read_recipe.   Threads  any; blocking.
Result<std::vector<RecipeDifference>> recipe_differences(const std::filesystem::path& video);

}  // namespace studio

// The programs ffprobe and ffmpeg: a second opinion on what the media module writes.
#pragma once
#include <cstdio>
#include <filesystem>
#include <string>

#include "core/json.h"

namespace studio::media {

inline std::string run(const std::string& command) {
    std::string out;
    std::FILE* const pipe = ::popen((command + " 2>/dev/null").c_str(), "r");
    if (!pipe) return out;
    char buffer[4096];
    std::size_t got = 0;
    while ((got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0)
        out.append(buffer, got);
    ::pclose(pipe);
    return out;
}

inline bool has_ffmpeg_programs() {
    static const bool kHas = !run("ffprobe -version").empty() && !run("ffmpeg -version").empty();
    return kHas;
}

/// Streams (frames counted by decoding them) and container of a file.
inline Json ffprobe(const std::filesystem::path& file) {
    return Json::parse(
        run("ffprobe -v error -of json -show_format -show_streams -count_frames '" + file.string() + "'"), nullptr,
        false);
}

}  // namespace studio::media

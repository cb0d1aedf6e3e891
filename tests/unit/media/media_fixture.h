// Folders, frames and sinks that the media tests share.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <vector>

#include "media/marks.h"
#include "media/video_reader.h"
#include "media/video_writer.h"

namespace studio::media {

namespace fs = std::filesystem;

class TempFolder {
  public:
    TempFolder() : path(fs::temp_directory_path() / ("studio-media-" + std::to_string(std::random_device{}()))) {
        fs::create_directories(path);
    }
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;
    ~TempFolder() {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }
    std::vector<std::string> names() const {
        std::vector<std::string> out;
        for (const auto& entry : fs::directory_iterator(path))
            out.push_back(entry.path().filename().string());
        std::sort(out.begin(), out.end());
        return out;
    }
    const fs::path path;
};

using Rgb = std::array<int, 3>;
inline constexpr Rgb kBars[] = {{255, 255, 255}, {191, 191, 0}, {0, 191, 191}, {0, 191, 0},
                                {191, 0, 191},   {191, 0, 0},   {0, 0, 191},   {0, 0, 0}};

/// Eight vertical colour bars; `shift` moves them to the right.
inline Frame bars(int width, int height, int shift = 0) {
    Frame frame{width, height, shift, {}};
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            for (const int value : kBars[((x + shift) % width) * 8 / width])
                frame.rgb.push_back(static_cast<std::uint8_t>(value));
    return frame;
}

/// Noise does not compress: it makes files of a predictable, larger size.
inline Frame noise(int width, int height, unsigned seed) {
    Frame frame{width, height, seed, std::vector<std::uint8_t>(static_cast<std::size_t>(width * height * 3))};
    std::mt19937 random(seed);
    for (auto& value : frame.rgb)
        value = static_cast<std::uint8_t>(random());
    return frame;
}

class CollectSink : public FrameSink {
  public:
    Result<void> push(Frame frame) override {
        frames.push_back(std::move(frame));
        return {};
    }
    std::vector<Frame> frames;
};

inline VideoSettings settings_for(int width, int height) {
    VideoSettings settings;
    settings.width = width;
    settings.height = height;
    settings.threads = 1;
    settings.preset = "veryfast";
    settings.metadata = standard_marks({"Turbo Studio", "0.1.0", "tiny", "", "id-1", R"({"prompt":"a red fox"})"});
    return settings;
}

/// Writes `count` frames of moving bars and returns where they went.
inline Result<fs::path> write_bars(const fs::path& path, const VideoSettings& settings, int count) {
    STUDIO_TRY(writer, VideoWriter::open(path, settings));
    for (int i = 0; i < count; ++i)
        STUDIO_TRY_VOID(writer->push(bars(settings.width, settings.height, i)));
    return writer->finish();
}

inline std::string read_bytes(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream out;
    out << file.rdbuf();
    return out.str();
}

inline void write_bytes(const fs::path& path, std::string_view bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}

/// Every error of this module is a whole one: what, where, and what to do.
inline void expect_error(const Error& error, ErrorCode code, const std::string& part_of_message) {
    EXPECT_EQ(error.code, code) << error.message;
    EXPECT_THAT(error.message, ::testing::HasSubstr(part_of_message));
    EXPECT_FALSE(error.fix.empty());
}

}  // namespace studio::media

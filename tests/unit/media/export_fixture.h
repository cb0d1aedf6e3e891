// A clip to export, and how alike two pictures are.
#pragma once
#include <cmath>
#include <cstdlib>

#include "media/transcode.h"
#include "unit/media/media_fixture.h"

namespace studio::media {

/// A soft sky with a disc that moves to the right: compresses like a video, and every frame differs.
inline Frame moving_disc(int width, int height, int index) {
    Frame frame{width, height, index, {}};
    const double cx = 0.2 * width + 2.5 * index, cy = 0.5 * height, radius = 0.2 * height;
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            const double edge = std::hypot(x - cx, y - cy) - radius;
            const double disc = edge < -1 ? 1 : edge > 1 ? 0 : (1 - edge) / 2;
            const double sky[] = {60.0 + 80.0 * x / width, 90.0 + 60.0 * y / height, 190.0};
            const double sun[] = {230, 180, 40};
            for (int c = 0; c < 3; ++c)
                frame.rgb.push_back(static_cast<std::uint8_t>(std::lround(sky[c] + (sun[c] - sky[c]) * disc)));
        }
    return frame;
}

inline fs::path write_disc(const fs::path& path, int width, int height, int count, double fps) {
    VideoSettings settings = settings_for(width, height);
    settings.fps = fps;
    settings.crf = 4;
    auto writer = VideoWriter::open(path, settings).value();
    for (int i = 0; i < count; ++i)
        EXPECT_TRUE(writer->push(moving_disc(width, height, i)).ok());
    return writer->finish().value();
}

/// Decibels; the same pictures: 99.
inline double psnr(const Frame& a, const Frame& b) {
    if (a.rgb.size() != b.rgb.size() || a.rgb.empty()) return 0;
    double sum = 0;
    for (std::size_t i = 0; i < a.rgb.size(); ++i)
        sum += (a.rgb[i] - b.rgb[i]) * (a.rgb[i] - b.rgb[i]);
    return sum == 0 ? 99 : 10 * std::log10(255.0 * 255.0 * static_cast<double>(a.rgb.size()) / sum);
}

inline std::vector<Frame> frames_of(const fs::path& path) {
    CollectSink sink;
    const auto read = read_video(path, sink);
    EXPECT_TRUE(read.ok()) << read.error().message;
    return std::move(sink.frames);
}

inline AVRational rate(int num, int den = 1) {
    return {num, den};
}

inline TranscodeSettings export_as(ExportCodec codec, int crf = 0) {
    TranscodeSettings settings;
    settings.codec = codec;
    settings.crf = crf;
    if (codec == ExportCodec::kGif) settings.plays = 0;
    settings.metadata = standard_marks({"Turbo Studio", "0.1.0", "tiny", "", "id-1", R"({"prompt":"a red fox"})"});
    return settings;
}

}  // namespace studio::media

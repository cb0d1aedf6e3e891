// Our files in the hands of a second reader: ffprobe and ffmpeg.
#include <cmath>

#include "core/json.h"
#include "unit/media/ffmpeg_programs.h"
#include "unit/media/media_fixture.h"

namespace studio::media {
namespace {

class FfmpegPrograms : public ::testing::Test {
  protected:
    void SetUp() override {
        if (!has_ffmpeg_programs()) GTEST_SKIP() << "the programs ffprobe and ffmpeg are not installed";
        settings.crf = 10;
        settings.fps = 29.97;
        settings.metadata["title"] = "雪 \"fox\"";
        file = write_bars(temp.path / "clip.mp4", settings, 6).value();
    }
    TempFolder temp;
    VideoSettings settings = settings_for(256, 128);
    fs::path file;
};

TEST_F(FfmpegPrograms, FfprobeSeesStreamAndMarks) {
    const Json report =
        Json::parse(run("ffprobe -v error -of json -show_format -show_streams -count_frames '" + file.string() + "'"));
    const Json& stream = report["streams"].at(0);
    EXPECT_EQ(report["streams"].size(), 1u);
    EXPECT_EQ(stream["codec_name"], "h264");
    EXPECT_EQ(stream["pix_fmt"], "yuv420p");
    EXPECT_EQ(stream["color_range"], "tv");
    EXPECT_EQ(stream["color_space"], "bt709");
    EXPECT_EQ(stream["color_primaries"], "bt709");
    EXPECT_EQ(stream["color_transfer"], "bt709");
    EXPECT_EQ(stream["chroma_location"], "left");
    EXPECT_EQ(stream["r_frame_rate"], "30000/1001");
    EXPECT_EQ(stream["nb_read_frames"], "6");
    EXPECT_EQ(stream["width"], 256);
    for (const auto& [key, value] : settings.metadata)
        EXPECT_EQ(report["format"]["tags"][key], value) << key;
}

TEST_F(FfmpegPrograms, CommentSurvivesAPlainRemux) {
    const fs::path copy = temp.path / "copy.mp4";
    run("ffmpeg -v error -y -i '" + file.string() + "' -c copy '" + copy.string() + "'");
    EXPECT_EQ(probe_video(copy).value().metadata.at("comment"), settings.metadata.at("comment"));
}

TEST_F(FfmpegPrograms, FfmpegDecodesTheRightColours) {
    const std::string raw =
        run("ffmpeg -v error -i '" + file.string() + "' -frames:v 1 -f rawvideo -pix_fmt yuv420p -");
    ASSERT_EQ(raw.size(), 256u * 128 * 3 / 2);
    for (std::size_t bar = 0; bar < 8; ++bar) {
        const Rgb& c = kBars[bar];
        const double r = c[0] / 255.0, g = c[1] / 255.0, b = c[2] / 255.0, y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
        const auto sample = [&](std::size_t at) { return static_cast<double>(static_cast<unsigned char>(raw[at])); };
        EXPECT_NEAR(sample(64 * 256 + bar * 32 + 16), 16 + 219 * y, 3) << bar;
        EXPECT_NEAR(sample(256 * 128 + 32 * 128 + bar * 16 + 8), 128 + 224 * (b - y) / 1.8556, 3) << bar;
        EXPECT_NEAR(sample(256 * 128 * 5 / 4 + 32 * 128 + bar * 16 + 8), 128 + 224 * (r - y) / 1.5748, 3) << bar;
    }
}

TEST_F(FfmpegPrograms, WeReadWhatTheyWrite) {
    const fs::path other = temp.path / "other.mp4";
    run("ffmpeg -v error -y -f lavfi -i testsrc=size=96x64:rate=25:duration=1 -pix_fmt yuv420p '" + other.string() +
        "'");
    CollectSink sink;
    const auto info = read_video(other, sink);
    ASSERT_TRUE(info.ok()) << info.error().message;
    EXPECT_EQ(sink.frames.size(), 25u);
    EXPECT_EQ(info->fps, 25);
}

TEST_F(FfmpegPrograms, UnknownCodecsAndContainersAreRefused) {
    const fs::path jpeg = temp.path / "jpeg.mp4", matroska = temp.path / "matroska.mp4",
                   sound = temp.path / "sound.mp4";
    run("ffmpeg -v error -y -f lavfi -i testsrc=size=64x64:duration=0.2 -c:v mjpeg '" + jpeg.string() + "'");
    run("ffmpeg -v error -y -f lavfi -i testsrc=size=64x64:duration=0.2 -c:v libx264 -f matroska '" +
        matroska.string() + "'");
    run("ffmpeg -v error -y -f lavfi -i sine=duration=0.2 '" + sound.string() + "'");
    CollectSink sink;
    EXPECT_FALSE(read_video(jpeg, sink).ok());
    expect_error(probe_video(matroska).error(), ErrorCode::kCorruptFile, "");
    expect_error(probe_video(sound).error(), ErrorCode::kUnsupported, "no video");
    EXPECT_TRUE(sink.frames.empty());
}

}  // namespace
}  // namespace studio::media

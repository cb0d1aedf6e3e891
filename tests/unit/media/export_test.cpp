// Every format of an export, read back by this program's reader and by ffprobe.
#include "media/filtered_pictures.h"
#include "unit/media/export_fixture.h"
#include "unit/media/ffmpeg_programs.h"

namespace studio::media {
namespace {

struct Form {
    const char* name;
    ExportCodec codec;
    int crf;
    const char* file;
    const char* codec_name;  // ffprobe's
    double min_psnr;
};
/// Boxes of 2x2.
Frame half_of(const Frame& frame) {
    Frame half{frame.width / 2, frame.height / 2, frame.index, {}};
    const auto row = static_cast<std::size_t>(frame.width) * 3;
    for (std::size_t y = 0; y < static_cast<std::size_t>(half.height); ++y)
        for (std::size_t x = 0; x < static_cast<std::size_t>(half.width) * 3; ++x) {
            const std::size_t at = 2 * y * row + x / 3 * 6 + x % 3;
            const int sum = frame.rgb[at] + frame.rgb[at + 3] + frame.rgb[at + row] + frame.rgb[at + row + 3];
            half.rgb.push_back(static_cast<std::uint8_t>((sum + 2) / 4));
        }
    return half;
}

constexpr Form kForms[] = {
    {"H264", ExportCodec::kH264, 12, "out.mp4", "h264", 36}, {"Hevc", ExportCodec::kHevc, 15, "out.mp4", "hevc", 36},
    {"Vp9", ExportCodec::kVp9, 16, "out.webm", "vp9", 36},   {"Av1", ExportCodec::kAv1, 18, "out.webm", "av1", 36},
    {"Gif", ExportCodec::kGif, 0, "out.gif", "gif", 30},
};

bool is_there(const Form& form) {
    return has_encoder(traits(form.codec)).ok() && (form.codec != ExportCodec::kGif || has_palettes().ok());
}

class ExportForm : public ::testing::TestWithParam<Form> {
  protected:
    void SetUp() override {
        if (!is_there(GetParam())) GTEST_SKIP() << "FFmpeg on this machine cannot write " << GetParam().name;
        source = write_disc(temp.path / "source.mp4", 160, 96, 24, 16);
        settings = export_as(GetParam().codec, GetParam().crf);
    }
    bool is_gif() const { return GetParam().codec == ExportCodec::kGif; }
    fs::path target() const { return temp.path / GetParam().file; }

    TempFolder temp;
    fs::path source;
    TranscodeSettings settings;
};

TEST_P(ExportForm, KeepsEveryFrameTimeAndColour) {
    std::int64_t last = -1, total = 0;
    TranscodeHooks hooks;
    hooks.on_progress = [&](std::int64_t done, std::int64_t all) {
        EXPECT_GE(done, last);
        last = done;
        total = all;
    };
    const auto made = transcode(source, target(), settings, hooks);
    ASSERT_TRUE(made.ok()) << made.error().message;
    EXPECT_EQ(last, total);
    EXPECT_EQ(made->path, target());
    EXPECT_EQ(made->num_frames, 24);
    EXPECT_NEAR(made->duration_s, 1.5, 0.0051);
    EXPECT_EQ(made->bytes, fs::file_size(target()));
    EXPECT_EQ(temp.names(), (std::vector<std::string>{GetParam().file, "source.mp4"}));
    const auto frames = frames_of(target());
    ASSERT_EQ(frames.size(), 24u);
    for (int i = 0; i < 24; ++i)
        EXPECT_GT(psnr(frames[static_cast<std::size_t>(i)], moving_disc(160, 96, i)), GetParam().min_psnr) << i;
}

TEST_P(ExportForm, FfprobeAgrees) {
    if (!has_ffmpeg_programs()) GTEST_SKIP() << "the programs ffprobe and ffmpeg are not installed";
    ASSERT_TRUE(transcode(source, target(), settings, {}).ok());
    const Json report = ffprobe(target());
    ASSERT_EQ(report["streams"].size(), 1u);
    const Json& stream = report["streams"][0];
    EXPECT_EQ(stream["codec_name"], GetParam().codec_name);
    EXPECT_EQ(stream["width"], 160);
    EXPECT_EQ(stream["height"], 96);
    EXPECT_EQ(stream["nb_read_frames"], "24");
    EXPECT_NEAR(std::stod(report["format"]["duration"].get<std::string>()), 1.5, 0.0051);
    if (is_gif()) return;
    EXPECT_EQ(stream["avg_frame_rate"], "16/1");
    EXPECT_EQ(stream["pix_fmt"], "yuv420p");
    EXPECT_EQ(stream["color_space"], "bt709");
    EXPECT_EQ(stream["color_primaries"], "bt709");
    EXPECT_EQ(stream["color_transfer"], "bt709");
    EXPECT_EQ(stream["color_range"], "tv");
    EXPECT_EQ(stream["codec_tag_string"] == "hvc1", GetParam().codec == ExportCodec::kHevc);
}

TEST_P(ExportForm, FfmpegDecodesTheSamePictures) {
    if (!has_ffmpeg_programs()) GTEST_SKIP() << "the programs ffprobe and ffmpeg are not installed";
    ASSERT_TRUE(transcode(source, target(), settings, {}).ok());
    const std::string raw = run("ffmpeg -v error -i '" + target().string() +
                                "' -fps_mode passthrough -f rawvideo "
                                "-pix_fmt rgb24 -sws_flags accurate_rnd+full_chroma_int -");
    const std::size_t bytes = 160 * 96 * 3;
    ASSERT_EQ(raw.size(), bytes * 24);
    for (int i = 0; i < 24; i += 5) {
        Frame frame{160, 96, i, {}};
        const auto* at = reinterpret_cast<const std::uint8_t*>(raw.data()) + static_cast<std::size_t>(i) * bytes;
        frame.rgb.assign(at, at + bytes);
        EXPECT_GT(psnr(frame, moving_disc(160, 96, i)), 28) << i;
    }
}

TEST_P(ExportForm, HalfTheSizeAndAnotherRate) {
    settings.width = 80;
    settings.height = 48;
    settings.frame_rate = rate(8);
    ASSERT_EQ(frames_after(read_times(source, {}).value(), settings), 12);
    const auto made = transcode(source, target(), settings, {});
    ASSERT_TRUE(made.ok()) << made.error().message;
    EXPECT_EQ(made->num_frames, 12);
    EXPECT_NEAR(made->duration_s, 1.5, 0.0101);  // a GIF's clock has hundredths of a second
    const auto frames = frames_of(target());
    ASSERT_EQ(frames.size(), 12u);
    for (int i = 0; i < 12; ++i)  // every second one is left out
        EXPECT_GT(psnr(frames[static_cast<std::size_t>(i)], half_of(moving_disc(160, 96, 2 * i))), 30) << i;
}

TEST_P(ExportForm, OneFrame) {
    const fs::path one = write_disc(temp.path / "one.mp4", 64, 64, 1, 16);
    const auto made = transcode(one, target(), settings, {});
    ASSERT_TRUE(made.ok()) << made.error().message;
    EXPECT_EQ(made->num_frames, 1);
    EXPECT_EQ(frames_of(target()).size(), 1u);
}

TEST_P(ExportForm, CancelLeavesNothing) {
    std::stop_source stop;
    TranscodeHooks hooks;
    hooks.stop = stop.get_token();
    hooks.on_progress = [&](std::int64_t done, std::int64_t) {
        if (done == 5) stop.request_stop();
    };
    const auto made = transcode(source, target(), settings, hooks);
    ASSERT_FALSE(made.ok());
    EXPECT_EQ(made.error().code, ErrorCode::kCancelled);
    EXPECT_EQ(temp.names(), std::vector<std::string>{"source.mp4"});
}

TEST_P(ExportForm, KeepsItsLabel) {
    ASSERT_TRUE(transcode(source, target(), settings, {}).ok());
    const std::string bytes = read_bytes(target());
    EXPECT_THAT(bytes, ::testing::HasSubstr("generated by artificial intelligence"));
    if (is_gif()) return;
    const auto metadata = probe_video(target()).value().metadata;
    for (const auto& [key, value] : settings.metadata)
        EXPECT_EQ(metadata.at(key), value) << key;
}

TEST_P(ExportForm, WithoutMetadataNothingIsTold) {
    settings.metadata.clear();
    settings.is_anonymous = true;
    ASSERT_TRUE(transcode(source, target(), settings, {}).ok());
    const std::string bytes = read_bytes(target());
    for (const char* const word : {"red fox", "Turbo", "tiny", "AIGC", "artificial", "x264", "x265", "Lavc", "libvpx",
                                   "recipe", "RECIPE", "COMMENT", "TITLE", "source.mp4", "/tmp"})
        EXPECT_THAT(bytes, ::testing::Not(::testing::HasSubstr(word)));
    if (!has_ffmpeg_programs()) return;
    const Json report = ffprobe(target());
    const Json tags = report["format"].value("tags", Json::object());
    for (const auto& [key, value] : tags.items())
        EXPECT_THAT(key, ::testing::AnyOf("major_brand", "minor_version", "compatible_brands", "encoder")) << value;
    // A WebM must name its muxer; without a version it says nothing.
    EXPECT_EQ(tags.value("encoder", "Lavf"), "Lavf");
    EXPECT_FALSE(report["streams"][0].value("tags", Json::object()).contains("creation_time"));
}

INSTANTIATE_TEST_SUITE_P(All, ExportForm, ::testing::ValuesIn(kForms),
                         [](const auto& form) { return std::string(form.param.name); });

}  // namespace
}  // namespace studio::media

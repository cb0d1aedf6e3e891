// Exports at their edges: other times, repeats, pictures in a folder, the copy, and everything that can go wrong.
#ifdef __linux__
#include <sys/resource.h>

#include <csignal>
#endif

#include "media/export_target.h"
#include "media/filtered_pictures.h"
#include "unit/media/export_fixture.h"
#include "unit/media/ffmpeg_programs.h"

namespace studio::media {
namespace {

using ::testing::HasSubstr;

class ExportEdges : public ::testing::Test {
  protected:
    /// A clip made by ffmpeg, from a generated picture.
    fs::path make(const std::string& name, const std::string& arguments) {
        const fs::path path = temp.path / name;
        run("ffmpeg -v error -y " + arguments + " '" + path.string() + "'");
        return path;
    }
    TempFolder temp;
    fs::path source = write_disc(temp.path / "source.mp4", 96, 64, 12, 16);
    TranscodeSettings h264 = export_as(ExportCodec::kH264, 12);
};

TEST_F(ExportEdges, FramesAreShownTwiceForTwiceTheRate) {
    h264.frame_rate = rate(32);
    const auto made = transcode(source, temp.path / "out.mp4", h264, {});
    ASSERT_TRUE(made.ok()) << made.error().message;
    EXPECT_EQ(made->num_frames, 24);
    EXPECT_NEAR(made->duration_s, 0.75, 1e-6);
    EXPECT_NEAR(made->fps, 32, 1e-6);
    const auto frames = frames_of(made->path);
    for (int i = 0; i < 24; ++i)
        EXPECT_GT(psnr(frames.at(static_cast<std::size_t>(i)), moving_disc(96, 64, i / 2)), 36) << i;
}

TEST_F(ExportEdges, NewFramesLieBetweenTheirNeighbours) {
    if (!has_interpolation().ok()) GTEST_SKIP() << has_interpolation().error().message;
    h264.frame_rate = rate(32);
    h264.interpolates = true;
    const auto made = transcode(source, temp.path / "out.mp4", h264, {});
    ASSERT_TRUE(made.ok()) << made.error().message;
    EXPECT_EQ(made->num_frames, 24);
    EXPECT_NEAR(made->duration_s, 0.75, 1e-6);
    const auto frames = frames_of(made->path);
    ASSERT_EQ(frames.size(), 24u);
    int better = 0;
    for (int i = 3; i < 20; i += 2) {
        // Half a step of the disc is what a camera would have seen; showing a frame twice is a quarter of a disc off.
        Frame between = moving_disc(96, 64, 0);
        const double shift = i / 2.0;
        for (int y = 0; y < 64; ++y)
            for (int x = 0; x < 96; ++x) {
                const double edge = std::hypot(x - (0.2 * 96 + 2.5 * shift), y - 32.0) - 0.2 * 64;
                const double disc = edge < -1 ? 1 : edge > 1 ? 0 : (1 - edge) / 2;
                const double sky[] = {60.0 + 80.0 * x / 96, 90.0 + 60.0 * y / 64, 190.0}, sun[] = {230, 180, 40};
                for (int c = 0; c < 3; ++c)
                    between.rgb[static_cast<std::size_t>((y * 96 + x) * 3 + c)] =
                        static_cast<std::uint8_t>(std::lround(sky[c] + (sun[c] - sky[c]) * disc));
            }
        const double drawn = psnr(frames[static_cast<std::size_t>(i)], between);
        better += drawn > psnr(moving_disc(96, 64, i / 2), between) + 2 ? 1 : 0;
    }
    EXPECT_GE(better, 7) << "of 9 drawn frames";
    for (int i = 0; i < 24; i += 2)  // what was there stays
        EXPECT_GT(psnr(frames[static_cast<std::size_t>(i)], moving_disc(96, 64, i / 2)), i > 20 ? 20 : 30) << i;
}

TEST_F(ExportEdges, PlaysSeveralTimes) {
    h264.plays = 3;
    const auto made = transcode(source, temp.path / "out.mp4", h264, {});
    ASSERT_TRUE(made.ok()) << made.error().message;
    EXPECT_EQ(made->num_frames, 36);
    EXPECT_NEAR(made->duration_s, 2.25, 1e-6);
    const auto frames = frames_of(made->path);
    for (int i = 0; i < 36; ++i)
        EXPECT_GT(psnr(frames.at(static_cast<std::size_t>(i)), moving_disc(96, 64, i % 12)), 36) << i;
}

TEST_F(ExportEdges, AGifTellsHowOftenItPlays) {
    if (!has_palettes().ok()) GTEST_SKIP() << has_palettes().error().message;
    const std::string mark("NETSCAPE2.0\x03\x01", 13);
    for (const auto& [plays, told] : {std::pair(0, 0), std::pair(1, -1), std::pair(5, 4)}) {
        TranscodeSettings gif = export_as(ExportCodec::kGif);
        gif.plays = plays;
        const auto made = transcode(source, temp.path / "out.gif", gif, {});
        ASSERT_TRUE(made.ok()) << made.error().message;
        const std::string bytes = read_bytes(made->path);
        const auto at = bytes.find(mark);
        ASSERT_EQ(at == std::string::npos, told < 0) << plays;
        if (told >= 0) {
            EXPECT_EQ(bytes.at(at + 13), static_cast<char>(told));
        }
        EXPECT_EQ(made->num_frames, 12);
    }
}

TEST_F(ExportEdges, UnevenTimesStay) {
    if (!has_ffmpeg_programs()) GTEST_SKIP() << "the programs ffprobe and ffmpeg are not installed";
    const fs::path uneven = make("uneven.mp4",
                                 "-f lavfi -i testsrc=size=64x64:rate=20:duration=1 -vf "
                                 "\"select='not(mod(n,3))+lt(n,6)'\" -fps_mode vfr -pix_fmt yuv420p");
    const auto before = read_times(uneven, {}).value();
    ASSERT_FALSE(before.is_even);
    const auto made = transcode(uneven, temp.path / "out.mp4", h264, {});
    ASSERT_TRUE(made.ok()) << made.error().message;
    const auto times = [&](const fs::path& file) {
        return run("ffprobe -v error -show_entries frame=pts_time -of csv=p=0 '" + file.string() + "'");
    };
    EXPECT_EQ(times(made->path), times(uneven));
    EXPECT_NEAR(read_times(made->path, {}).value().seconds(), before.seconds(), 1e-4);
    TranscodeSettings even = h264;
    even.frame_rate = rate(20);
    const auto steady = transcode(uneven, temp.path / "steady.mp4", even, {});
    ASSERT_TRUE(steady.ok()) << steady.error().message;
    EXPECT_EQ(steady->num_frames, std::lround(before.seconds() * 20));
    EXPECT_TRUE(read_times(steady->path, {}).value().is_even);
}

TEST_F(ExportEdges, OddSidesLoseTheirLastColumnAndRow) {
    if (!has_ffmpeg_programs()) GTEST_SKIP() << "the programs ffprobe and ffmpeg are not installed";
    const fs::path odd =
        make("odd.mp4",
             "-f lavfi -i testsrc=size=65x49:rate=8:duration=0.5 -vf hue=s=0 -c:v libx264 -crf 1 -pix_fmt yuv444p");
    TranscodeSettings same = h264;
    const auto refused = transcode(odd, temp.path / "out.mp4", same, {});
    ASSERT_FALSE(refused.ok());
    expect_error(refused.error(), ErrorCode::kInvalidArgument, "even");
    same.width = 64;
    same.height = 48;
    const auto made = transcode(odd, temp.path / "out.mp4", same, {});
    ASSERT_TRUE(made.ok()) << made.error().message;
    Frame cut{64, 48, 0, {}};
    const Frame whole = frames_of(odd).at(0);
    for (std::size_t y = 0; y < 48; ++y)
        cut.rgb.insert(cut.rgb.end(), whole.rgb.begin() + static_cast<std::ptrdiff_t>(y * 65 * 3),
                       whole.rgb.begin() + static_cast<std::ptrdiff_t>(y * 65 * 3 + 64 * 3));
    EXPECT_GT(psnr(frames_of(made->path).at(0), cut), 35);
}

TEST_F(ExportEdges, OtherColoursComeOutRight) {
    if (!has_ffmpeg_programs()) GTEST_SKIP() << "the programs ffprobe and ffmpeg are not installed";
    const fs::path old = make("old.mp4",
                              "-f lavfi -i color=c=0xD02060:size=64x64:rate=8:duration=0.5 -vf "
                              "scale=out_color_matrix=bt601:out_range=full -pix_fmt yuvj420p -colorspace "
                              "smpte170m -color_range pc -c:v libx264 -crf 1");
    const auto made = transcode(old, temp.path / "out.mp4", h264, {});
    ASSERT_TRUE(made.ok()) << made.error().message;
    const Frame frame = frames_of(made->path).at(0);
    EXPECT_NEAR(frame.rgb[0], 0xD0, 3);
    EXPECT_NEAR(frame.rgb[1], 0x20, 3);
    EXPECT_NEAR(frame.rgb[2], 0x60, 3);
}

TEST_F(ExportEdges, PngPicturesAreTheVideoItself) {
    const fs::path folder = temp.path / "frames";
    const auto made = transcode(source, folder, export_as(ExportCodec::kPng), {});
    ASSERT_TRUE(made.ok()) << made.error().message;
    EXPECT_EQ(made->num_frames, 12);
    EXPECT_NEAR(made->duration_s, 0.75, 1e-9);
    EXPECT_TRUE(fs::exists(folder / "frame_000001.png"));
    EXPECT_TRUE(fs::exists(folder / "frame_000012.png"));
    EXPECT_EQ(std::distance(fs::directory_iterator(folder), fs::directory_iterator()), 12);
    EXPECT_THAT(read_bytes(folder / "frame_000001.png"), HasSubstr("a red fox"));
    EXPECT_THAT(read_bytes(folder / "frame_000002.png"), HasSubstr("generated by artificial intelligence"));
    EXPECT_THAT(read_bytes(folder / "frame_000002.png"), ::testing::Not(HasSubstr("a red fox")));
    const auto again = transcode(source, folder, export_as(ExportCodec::kPng), {});
    ASSERT_TRUE(again.ok()) << again.error().message;
    EXPECT_EQ(again->path, temp.path / "frames (2)");  // a folder is never touched
    if (!has_ffmpeg_programs()) return;
    const std::string raw =
        run("ffmpeg -v error -xerror -i '" + folder.string() + "/frame_%06d.png' -f rawvideo -pix_fmt rgb24 -");
    const auto frames = frames_of(source);
    ASSERT_EQ(raw.size(), frames.size() * frames[0].rgb.size());
    for (std::size_t i = 0; i < frames.size(); ++i)
        EXPECT_EQ(raw.compare(i * frames[0].rgb.size(), frames[0].rgb.size(),
                              reinterpret_cast<const char*>(frames[i].rgb.data()), frames[0].rgb.size()),
                  0)
            << i;
    EXPECT_EQ(run("ffmpeg -v warning -i '" + (folder / "frame_000001.png").string() + "' -f null - 2>&1"), "");
}

/// Source: PNG specification, annex D.
std::uint32_t png_checksum(std::string_view bytes) {
    std::uint32_t crc = 0xFFFFFFFFu;
    for (const char c : bytes) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc & 1u) != 0 ? 0xEDB88320u ^ (crc >> 1) : crc >> 1;
    }
    return ~crc;
}

TEST_F(ExportEdges, EveryPartOfAPngHasItsChecksum) {
    const auto made = transcode(source, temp.path / "frames", export_as(ExportCodec::kPng), {});
    ASSERT_TRUE(made.ok()) << made.error().message;
    const std::string png = read_bytes(made->path / "frame_000001.png");
    const auto number = [&](std::size_t at) {
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < 4; ++i)
            value = value << 8 | static_cast<unsigned char>(png.at(at + i));
        return value;
    };
    int texts = 0;
    std::size_t at = 8;
    while (at < png.size()) {
        const std::size_t length = number(at);
        ASSERT_LE(at + 12 + length, png.size());
        const std::string_view body = std::string_view(png).substr(at + 4, 4 + length);
        EXPECT_EQ(png_checksum(body), number(at + 8 + length)) << body.substr(0, 4);
        texts += body.starts_with("iTXt") ? 1 : 0;
        at += 12 + length;
    }
    EXPECT_EQ(texts, 4);
}

TEST_F(ExportEdges, ACopyHasTheVeryPackets) {
    TranscodeSettings bare = h264;
    bare.metadata.clear();
    bare.is_anonymous = true;
    const auto made = remux(source, temp.path / "bare.mp4", bare, {});
    ASSERT_TRUE(made.ok()) << made.error().message;
    EXPECT_EQ(made->num_frames, 12);
    const auto metadata = probe_video(made->path).value().metadata;
    for (const char* const key : {"recipe", "comment", "AIGC", "digital_source_type", "encoder"})
        EXPECT_FALSE(metadata.contains(key)) << key;
    EXPECT_THAT(read_bytes(made->path), ::testing::Not(HasSubstr("red fox")));
    EXPECT_THAT(read_bytes(made->path), ::testing::Not(HasSubstr("Turbo")));
    if (!has_ffmpeg_programs()) return;
    const auto packets = [&](const fs::path& file) {
        return run(
            "ffprobe -v error -show_packets -show_data_hash sha256 -show_entries "
            "packet=pts_time,dts_time,duration_time,size,flags,data_hash -of csv '" +
            file.string() + "'");
    };
    ASSERT_GT(packets(source).size(), 800u);
    EXPECT_EQ(packets(made->path), packets(source));
}

TEST_F(ExportEdges, ASourceMayBeItsOwnTarget) {
    TranscodeSettings bare = h264;
    bare.metadata.clear();
    bare.overwrite = true;
    const auto before = frames_of(source);
    const auto made = remux(source, source, bare, {});
    ASSERT_TRUE(made.ok()) << made.error().message;
    EXPECT_EQ(made->path, source);
    EXPECT_EQ(temp.names(), std::vector<std::string>{"source.mp4"});
    EXPECT_EQ(frames_of(source).at(3).rgb, before.at(3).rgb);
    EXPECT_FALSE(probe_video(source).value().metadata.contains("recipe"));
}

TEST_F(ExportEdges, NamesThatAreTakenStay) {
    write_bytes(temp.path / "out.mp4", "mine");
    const auto made = transcode(source, temp.path / "out.mp4", h264, {});
    ASSERT_TRUE(made.ok()) << made.error().message;
    EXPECT_EQ(made->path, temp.path / "out (2).mp4");
    EXPECT_EQ(read_bytes(temp.path / "out.mp4"), "mine");
    h264.overwrite = true;
    ASSERT_TRUE(transcode(source, temp.path / "out.mp4", h264, {}).ok());
    EXPECT_EQ(frames_of(temp.path / "out.mp4").size(), 12u);
}

TEST_F(ExportEdges, AMissingEncoderIsNamedWithWhatIsThere) {
    CodecTraits none = traits(ExportCodec::kHevc);
    none.encoder = "libnothing";
    const auto state = has_encoder(none);
    ASSERT_FALSE(state.ok());
    expect_error(state.error(), ErrorCode::kUnsupported, "libnothing");
    EXPECT_THAT(state.error().message, HasSubstr("HEVC"));
    EXPECT_THAT(state.error().fix, HasSubstr("GIF"));
    EXPECT_THAT(state.error().fix, ::testing::Not(HasSubstr("HEVC")));
    EXPECT_FALSE(StreamEncoder::open(none, {}).ok());
}

TEST_F(ExportEdges, DamagedSourcesAreToldAndLeaveNothing) {
    const std::string whole = read_bytes(source);
    for (const std::size_t keep : {std::size_t{0}, std::size_t{20}, whole.size() / 2, whole.size() - 40}) {
        write_bytes(temp.path / "cut.mp4", std::string_view(whole).substr(0, keep));
        const auto made = transcode(temp.path / "cut.mp4", temp.path / "out.mp4", h264, {});
        ASSERT_FALSE(made.ok()) << keep;
        EXPECT_THAT(made.error().code, ::testing::AnyOf(ErrorCode::kCorruptFile, ErrorCode::kIo));
        EXPECT_FALSE(made.error().fix.empty());
        EXPECT_FALSE(remux(temp.path / "cut.mp4", temp.path / "out.mp4", h264, {}).ok()) << keep;
        EXPECT_EQ(temp.names(), (std::vector<std::string>{"cut.mp4", "source.mp4"})) << keep;
    }
    expect_error(transcode(temp.path / "none.mp4", temp.path / "out.mp4", h264, {}).error(), ErrorCode::kNotFound, "");
}

TEST_F(ExportEdges, TurnedAndHdrVideosAreRefused) {
    if (!has_ffmpeg_programs()) GTEST_SKIP() << "the programs ffprobe and ffmpeg are not installed";
    const fs::path turned = make("turned.mp4", "-i '" + source.string() + "' -c copy -metadata:s:v rotate=90");
    expect_error(transcode(turned, temp.path / "out.mp4", h264, {}).error(), ErrorCode::kUnsupported, "turned by 90");
    const fs::path hdr = make("hdr.mp4", "-i '" + source.string() +
                                             "' -c:v libx264 -color_trc smpte2084 -color_primaries bt2020 -colorspace "
                                             "bt2020nc");
    expect_error(transcode(hdr, temp.path / "out.mp4", h264, {}).error(), ErrorCode::kUnsupported, "HDR");
}

TEST_F(ExportEdges, SoundIsNoReasonToFail) {
    if (!has_ffmpeg_programs()) GTEST_SKIP() << "the programs ffprobe and ffmpeg are not installed";
    const fs::path loud = make("loud.mp4", "-i '" + source.string() + "' -f lavfi -i sine=duration=0.75 -c:v copy");
    EXPECT_TRUE(VideoFile::open(loud).value()->has_sound());
    ASSERT_TRUE(transcode(loud, temp.path / "out.mp4", h264, {}).ok());
    EXPECT_EQ(ffprobe(temp.path / "out.mp4")["streams"].size(), 1u);
}

#ifdef __linux__
TEST_F(ExportEdges, AFullDiskLeavesNothing) {
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    for (const ExportCodec codec : {ExportCodec::kH264, ExportCodec::kVp9, ExportCodec::kGif, ExportCodec::kPng}) {
        if (codec == ExportCodec::kGif && !has_palettes().ok()) continue;
        for (const rlim_t bytes : {rlim_t{0}, rlim_t{700}, rlim_t{1500}}) {
            rlimit limited = before;
            limited.rlim_cur = bytes;
            setrlimit(RLIMIT_FSIZE, &limited);
            const auto made =
                transcode(source, temp.path / "out", export_as(codec, traits(codec).crf_smallest > 0 ? 12 : 0), {});
            setrlimit(RLIMIT_FSIZE, &before);
            ASSERT_FALSE(made.ok()) << traits(codec).label << " " << bytes;
            EXPECT_EQ(made.error().code, ErrorCode::kIo) << made.error().message;
            EXPECT_EQ(made.error().field, "output");
            EXPECT_THAT(made.error().message, HasSubstr("File too large"));
            EXPECT_EQ(temp.names(), std::vector<std::string>{"source.mp4"}) << traits(codec).label << " " << bytes;
        }
    }
}

TEST_F(ExportEdges, MemoryStaysThatOfAFewFrames) {
    const fs::path longer = write_disc(temp.path / "long.mp4", 640, 360, 60, 16);
    const auto peak = [] {
        rusage usage{};
        getrusage(RUSAGE_SELF, &usage);
        return usage.ru_maxrss;
    };
    TranscodeSettings gif = export_as(ExportCodec::kGif);
    if (!has_palettes().ok()) gif = h264;
    ASSERT_TRUE(transcode(longer, temp.path / "warm", gif, {}).ok());
    const auto once = peak();
    TranscodeSettings often = export_as(ExportCodec::kH264, 30);
    often.plays = 8;  // 480 frames, 330 MB as RGB
    ASSERT_TRUE(transcode(longer, temp.path / "out.mp4", often, {}).ok());
    EXPECT_LT(peak() - once, 150'000) << "kilobytes";
}
#endif

}  // namespace
}  // namespace studio::media

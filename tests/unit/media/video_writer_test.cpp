#include "media/video_writer.h"

#include <thread>

#include "unit/media/media_fixture.h"

namespace studio::media {
namespace {

using ::testing::ElementsAre;

TEST(VideoWriter, WritesWhatItWasGiven) {
    const TempFolder temp;
    VideoSettings settings = settings_for(128, 96);
    settings.fps = 23.976;
    const auto path = write_bars(temp.path / "clip.mp4", settings, 17);
    ASSERT_TRUE(path.ok()) << path.error().message;
    EXPECT_THAT(temp.names(), ElementsAre("clip.mp4"));
    const VideoInfo info = probe_video(*path).value();
    EXPECT_EQ(info.width, 128);
    EXPECT_EQ(info.height, 96);
    EXPECT_EQ(info.num_frames, 17);
    EXPECT_NEAR(info.fps, 24000.0 / 1001, 1e-6);
    EXPECT_NEAR(info.duration_s, 17 * 1001 / 24000.0, 0.002);
    EXPECT_EQ(info.codec, "h264");
    EXPECT_EQ(info.pixel_format, "yuv420p");
    EXPECT_EQ(info.color_space, "bt709");
    for (const auto& [key, value] : settings.metadata)
        EXPECT_EQ(info.metadata.at(key), value);
}

TEST(VideoWriter, ColoursComeBack) {
    const TempFolder temp;
    VideoSettings settings = settings_for(256, 128);
    settings.crf = 10;
    const auto path = write_bars(temp.path / "bars.mp4", settings, 1);
    ASSERT_TRUE(path.ok()) << path.error().message;
    CollectSink sink;
    ASSERT_TRUE(read_video(*path, sink).ok());
    ASSERT_EQ(sink.frames.size(), 1u);
    for (int bar = 0; bar < 8; ++bar)
        for (std::size_t c = 0; c < 3; ++c) {
            const std::size_t at = (64u * 256u + static_cast<std::size_t>(bar) * 32u + 16u) * 3u + c;
            EXPECT_NEAR(sink.frames[0].rgb[at], kBars[bar][c], 4) << "bar " << bar << " channel " << c;
        }
}

TEST(VideoWriter, FramesStayInOrder) {
    const TempFolder temp;
    VideoSettings settings = settings_for(64, 64);
    settings.crf = 4;
    const auto path = write_bars(temp.path / "order.mp4", settings, 40);
    ASSERT_TRUE(path.ok());
    CollectSink sink;
    ASSERT_TRUE(read_video(*path, sink).ok());
    ASSERT_EQ(sink.frames.size(), 40u);
    for (int i = 0; i < 40; ++i) {
        const Frame want = bars(64, 64, i);
        double sum = 0;
        for (std::size_t k = 0; k < want.rgb.size(); ++k)
            sum += std::abs(int{want.rgb[k]} - int{sink.frames[static_cast<std::size_t>(i)].rgb[k]});
        EXPECT_LT(sum / static_cast<double>(want.rgb.size()), 12) << "frame " << i;
        EXPECT_EQ(sink.frames[static_cast<std::size_t>(i)].index, i);
    }
}

TEST(VideoWriter, SameInputGivesTheSameBytes) {
    const TempFolder temp;
    const auto a = write_bars(temp.path / "a.mp4", settings_for(64, 64), 9);
    const auto b = write_bars(temp.path / "b.mp4", settings_for(64, 64), 9);
    EXPECT_EQ(read_bytes(a.value()), read_bytes(b.value()));
}

TEST(VideoWriter, TakenNamesGetANumber) {
    const TempFolder temp;
    for (int i = 0; i < 3; ++i)
        ASSERT_TRUE(write_bars(temp.path / "clip.mp4", settings_for(32, 32), 2).ok());
    EXPECT_THAT(temp.names(), ElementsAre("clip (2).mp4", "clip (3).mp4", "clip.mp4"));
}

TEST(VideoWriter, TwoAtOnceIntoOneNameGiveTwoFiles) {
    const TempFolder temp;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] { EXPECT_TRUE(write_bars(temp.path / "clip.mp4", settings_for(64, 64), 10).ok()); });
    for (auto& thread : threads)
        thread.join();
    EXPECT_THAT(temp.names(), ElementsAre("clip (2).mp4", "clip (3).mp4", "clip (4).mp4", "clip.mp4"));
}

TEST(VideoWriter, OddNamesWork) {
    const TempFolder temp;
    for (const char* name : {"100% #1 \"quoted\" 'it'.mp4", "狐狸 🦊 e\xCC\x81.mp4", "new\nline.mp4",
                             "file:x?y=1&z.mp4", "-i.mp4", "%03d.mp4"}) {
        const auto path = write_bars(temp.path / name, settings_for(32, 32), 2);
        ASSERT_TRUE(path.ok()) << name << ": " << path.error().message;
        EXPECT_EQ(path->filename(), fs::path(name));
        EXPECT_TRUE(probe_video(*path).ok()) << name;
    }
    EXPECT_EQ(temp.names().size(), 6u);
    std::string longest;
    for (int i = 0; i < 83; ++i)
        longest += "狐";
    EXPECT_TRUE(write_bars(temp.path / (longest + "ab.mp4"), settings_for(32, 32), 2).ok());
}

TEST(VideoWriter, AbandonedWritersLeaveNothing) {
    const TempFolder temp;
    for (const int frames : {0, 1, 30}) {
        auto writer = VideoWriter::open(temp.path / "clip.mp4", settings_for(64, 64)).value();
        for (int i = 0; i < frames; ++i)
            ASSERT_TRUE(writer->push(bars(64, 64, i)).ok());
        EXPECT_EQ(temp.names().size(), 1u);
    }
    EXPECT_TRUE(temp.names().empty());
}

TEST(VideoWriter, StaleAndForeignPartFilesAreLeftAlone) {
    const TempFolder temp;
    write_bytes(temp.path / "clip.mp4.part", "another run's");
    fs::create_symlink(temp.path / "victim", temp.path / "clip.mp4.2.part");
    ASSERT_TRUE(write_bars(temp.path / "clip.mp4", settings_for(32, 32), 2).ok());
    EXPECT_EQ(read_bytes(temp.path / "clip.mp4.part"), "another run's");
    EXPECT_FALSE(fs::exists(temp.path / "victim"));
}

TEST(VideoWriter, MetadataMayChangeUntilTheEnd) {
    const TempFolder temp;
    auto writer = VideoWriter::open(temp.path / "clip.mp4", settings_for(32, 32)).value();
    ASSERT_TRUE(writer->push(bars(32, 32)).ok());
    const std::string recipe = R"({"note":"line\nbreak \"q\" 狐狸","pad":")" + std::string(100000, 'r') + "\"}\n";
    writer->set_metadata("recipe", recipe);
    writer->set_metadata("title", "雪 & <fox>");
    writer->set_metadata("comment", "");
    const auto path = writer->finish();
    ASSERT_TRUE(path.ok()) << path.error().message;
    const auto metadata = probe_video(*path).value().metadata;
    EXPECT_EQ(metadata.at("title"), "雪 & <fox>");
    EXPECT_EQ(metadata.at("recipe"), recipe);
    EXPECT_EQ(metadata.count("comment"), 0u);
}

TEST(VideoWriter, BadMetadataIsRefusedAndLeavesNothing) {
    const TempFolder temp;
    VideoSettings settings = settings_for(32, 32);
    settings.metadata["bad key"] = "x";
    expect_error(VideoWriter::open(temp.path / "a.mp4", settings).error(), ErrorCode::kInvalidArgument, "bad key");
    auto writer = VideoWriter::open(temp.path / "a.mp4", settings_for(32, 32)).value();
    ASSERT_TRUE(writer->push(bars(32, 32)).ok());
    writer->set_metadata("recipe", "\xFF");
    expect_error(writer->finish().error(), ErrorCode::kInvalidArgument, "recipe");
    EXPECT_TRUE(temp.names().empty());
}

TEST(VideoWriter, SettingsAreChecked) {
    const TempFolder temp;
    const auto error = [&](auto change) {
        VideoSettings settings = settings_for(64, 64);
        change(settings);
        const auto writer = VideoWriter::open(temp.path / "a.mp4", settings);
        return writer.ok() ? Error{} : writer.error();
    };
    expect_error(error([](auto& s) { s.width = 63; }), ErrorCode::kInvalidArgument, "63x64");
    EXPECT_THAT(error([](auto& s) { s.width = 63; }).fix, ::testing::HasSubstr("62x64"));
    expect_error(error([](auto& s) { s.height = 0; }), ErrorCode::kInvalidArgument, "64x0");
    expect_error(error([](auto& s) { s.width = 1 << 20; }), ErrorCode::kInvalidArgument, "1048576");
    expect_error(error([](auto& s) { s.fps = 0; }), ErrorCode::kInvalidArgument, "frames per second");
    expect_error(error([](auto& s) { s.crf = 52; }), ErrorCode::kInvalidArgument, "52");
    expect_error(error([](auto& s) { s.preset = "warp"; }), ErrorCode::kInvalidArgument, "warp");
    expect_error(error([](auto& s) { s.threads = -1; }), ErrorCode::kInvalidArgument, "-1");
    EXPECT_TRUE(temp.names().empty());
}

TEST(VideoWriter, WrongFramesAndUseAreErrors) {
    const TempFolder temp;
    auto writer = VideoWriter::open(temp.path / "a.mp4", settings_for(64, 64)).value();
    expect_error(writer->push(bars(32, 64)).error(), ErrorCode::kInternal, "32x64");
    Frame short_one = bars(64, 64);
    short_one.rgb.pop_back();
    EXPECT_FALSE(writer->push(short_one).ok());
    expect_error(writer->finish().error(), ErrorCode::kInternal, "without frames");
    EXPECT_FALSE(writer->push(bars(64, 64)).ok());
    EXPECT_FALSE(writer->finish().ok());
    writer.reset();
    EXPECT_TRUE(temp.names().empty());
}

TEST(VideoWriter, IndexComesFirst) {
    const TempFolder temp;
    const std::string bytes = read_bytes(write_bars(temp.path / "a.mp4", settings_for(64, 64), 5).value());
    EXPECT_LT(bytes.find("moov"), bytes.find("mdat"));
}

}  // namespace
}  // namespace studio::media

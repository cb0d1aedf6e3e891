#include "media/video_reader.h"

#ifdef __linux__
#include <sys/stat.h>
#endif

#include "unit/media/media_fixture.h"

namespace studio::media {
namespace {

class StoppingSink : public FrameSink {
  public:
    Result<void> push(Frame) override { return ++count < 3 ? Result<void>() : Result<void>(cancelled()); }
    int count = 0;
};

TEST(VideoReader, StopsWhenTheSinkStops) {
    const TempFolder temp;
    const auto path = write_bars(temp.path / "a.mp4", settings_for(32, 32), 20).value();
    StoppingSink sink;
    const auto result = read_video(path, sink);
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, ErrorCode::kCancelled);
    EXPECT_EQ(sink.count, 3);
}

TEST(VideoReader, RefusesWhatIsNoVideoFile) {
    const TempFolder temp;
    expect_error(probe_video(temp.path / "none.mp4").error(), ErrorCode::kNotFound, "");
    expect_error(probe_video(temp.path).error(), ErrorCode::kIo, "");
    write_bytes(temp.path / "empty.mp4", "");
    expect_error(probe_video(temp.path / "empty.mp4").error(), ErrorCode::kCorruptFile, "");
    const std::pair<const char*, std::string> files[] = {
        {"playlist.mp4", "#EXTM3U\n#EXTINF:1,\n/etc/passwd\n#EXT-X-ENDLIST\n"},
        {"concat.mp4", "ffconcat version 1.0\nfile /etc/passwd\n"},
        {"page.mp4", "<!DOCTYPE html><html></html>"},
        {"text.mp4", std::string(5000, 'x')},
        {"zeros.mp4", std::string(5000, '\0')},
        {"png.mp4", "\x89PNG\r\n\x1a\n" + std::string(100, 'p')},
    };
    for (const auto& [name, bytes] : files) {
        write_bytes(temp.path / name, bytes);
        const auto result = probe_video(temp.path / name);
        ASSERT_FALSE(result.ok()) << name;
        EXPECT_EQ(result.error().code, ErrorCode::kCorruptFile) << name << " " << result.error().message;
        EXPECT_THAT(result.error().file, ::testing::HasSubstr(name));
        EXPECT_FALSE(result.error().fix.empty());
    }
}

#ifdef __linux__
TEST(VideoReader, NeverWaitsOnAPipe) {
    const TempFolder temp;
    const fs::path pipe = temp.path / "pipe.mp4";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    expect_error(probe_video(pipe).error(), ErrorCode::kIo, "");
}
#endif

TEST(VideoReader, NoticesACutFile) {
    const TempFolder temp;
    const auto path = write_bars(temp.path / "a.mp4", settings_for(64, 64), 30).value();
    const std::string whole = read_bytes(path);
    const std::size_t cuts[] = {whole.size() / 20, whole.size() / 3, whole.size() * 9 / 10, whole.size() - 3};
    for (const std::size_t size : cuts) {
        write_bytes(temp.path / "cut.mp4", std::string_view(whole).substr(0, size));
        CollectSink sink;
        const auto result = read_video(temp.path / "cut.mp4", sink);
        ASSERT_FALSE(result.ok()) << size;
        EXPECT_EQ(result.error().code, ErrorCode::kCorruptFile) << size << " " << result.error().message;
    }
}

TEST(VideoReader, MutantsNeverCrash) {
    const TempFolder temp;
    const std::string whole = read_bytes(write_bars(temp.path / "a.mp4", settings_for(64, 64), 12).value());
    std::mt19937 random(3);
    int refused = 0;
    for (int round = 0; round < 200; ++round) {
        std::string mutant = whole;
        // The index is at the front: most mutants lie about sizes and tables, the rest damage pictures.
        const std::size_t reach = round % 3 == 0 ? mutant.size() : std::min<std::size_t>(2000, mutant.size());
        for (int i = 0; i < 3; ++i)
            mutant[random() % reach] = static_cast<char>(random());
        write_bytes(temp.path / "mutant.mp4", mutant);
        CollectSink sink;
        const auto result = read_video(temp.path / "mutant.mp4", sink);
        if (result.ok()) continue;
        ++refused;
        EXPECT_FALSE(result.error().message.empty());
        EXPECT_FALSE(result.error().fix.empty());
        EXPECT_NE(result.error().code, ErrorCode::kInternal);
    }
    EXPECT_GT(refused, 10);
}

TEST(VideoReader, RefusesFramesBeyondTheLimit) {
    const TempFolder temp;
    std::string bytes = read_bytes(write_bars(temp.path / "a.mp4", settings_for(64, 64), 2).value());
    const std::size_t entry = bytes.find("avc1", bytes.find("stsd"));
    ASSERT_NE(entry, std::string::npos);
    // Width and height of the sample entry, 16 bit each.
    bytes.replace(entry + 28, 4, "\x7F\xFF\x7F\xFF");
    write_bytes(temp.path / "big.mp4", bytes);
    const auto result = probe_video(temp.path / "big.mp4");
    ASSERT_FALSE(result.ok());
    expect_error(result.error(), ErrorCode::kUnsupported, "32767x32767");
}

}  // namespace
}  // namespace studio::media

// Exports as the window and the command line ask for them.
#include <mutex>
#include <thread>

#include "app/export_settings.h"
#include "app/unfinished_files.h"
#include "core/platform.h"
#include "media/filtered_pictures.h"
#include "unit/media/export_fixture.h"
#include "unit/media/ffmpeg_programs.h"

namespace studio {
namespace {

namespace fs = std::filesystem;
using media::expect_error;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kRecipe =
    R"({"schema":1,"settings":{"prompt":"a secret fox","model":"/srv/someone/models/wan","seed":7}})";

class Export : public ::testing::Test {
  protected:
    Export() {
        ::setenv("STUDIO_HOME", (temp.path / "home").c_str(), 1);
        media::VideoSettings settings = media::settings_for(96, 64);
        settings.fps = 16;
        settings.metadata = media::standard_marks({"Turbo Studio", "0.1.0", "wan-secret", "a title", "id-1", kRecipe});
        auto writer = media::VideoWriter::open(folder / "a-secret-fox-7.mp4", settings).value();
        for (int i = 0; i < 8; ++i)
            EXPECT_TRUE(writer->push(media::moving_disc(96, 64, i)).ok());
        request.source = writer->finish().value();
    }
    fs::path made_folder() {
        fs::create_directories(temp.path / "videos");
        return temp.path / "videos";
    }
    std::vector<std::string> names() const {
        std::vector<std::string> out;
        for (const auto& entry : fs::directory_iterator(folder))
            out.push_back(entry.path().filename().string());
        std::sort(out.begin(), out.end());
        return out;
    }
    Result<ExportResult> run() { return export_video(request, {}); }
    Error refusal() {
        const auto plan = plan_export(request);
        EXPECT_FALSE(plan.ok());
        EXPECT_FALSE(export_video(request, {}).ok());
        EXPECT_EQ(names(), std::vector<std::string>{"a-secret-fox-7.mp4"});
        return plan.ok() ? Error{} : plan.error();
    }

    media::TempFolder temp;
    fs::path folder = made_folder();
    ExportRequest request;
};

TEST_F(Export, ThePlanIsWhatComesOut) {
    for (const ExportFormatInfo& info : export_formats()) {
        if (!info.is_available) continue;
        request.format = info.format;
        const auto plan = plan_export(request);
        ASSERT_TRUE(plan.ok()) << plan.error().message;
        const auto made = run();
        ASSERT_TRUE(made.ok()) << made.error().message;
        EXPECT_EQ(made->path, plan->target) << info.key;
        EXPECT_EQ(made->num_frames, plan->num_frames) << info.key;
        EXPECT_EQ(made->width, plan->width) << info.key;
        EXPECT_NEAR(made->duration_s, plan->duration_s, 0.0101) << info.key;
        EXPECT_LT(static_cast<double>(made->bytes), 6.0 * static_cast<double>(plan->estimated_bytes)) << info.key;
        EXPECT_GT(static_cast<double>(made->bytes), static_cast<double>(plan->estimated_bytes) / 6.0) << info.key;
    }
    EXPECT_TRUE(fs::is_empty(platform::user_state_dir() / "unfinished") ||
                !fs::exists(platform::user_state_dir() / "unfinished"));
}

TEST_F(Export, KeysGoBothWays) {
    for (const ExportFormatInfo& info : export_formats()) {
        EXPECT_EQ(export_format(info.key), info.format);
        EXPECT_EQ(to_string(info.format), info.key);
        EXPECT_EQ(info.is_available, info.reason.empty());
    }
    EXPECT_EQ(export_formats().size(), 7u);
    for (const char* const key : {"small", "good", "high", "best"})
        EXPECT_EQ(to_string(*export_quality(key)), key);
    for (const char* const key : {"keep", "label", "none"})
        EXPECT_EQ(to_string(*export_metadata(key)), key);
    EXPECT_FALSE(export_format("avi"));
    EXPECT_FALSE(export_quality(""));
    EXPECT_FALSE(export_metadata("all"));
}

TEST_F(Export, BetterQualityIsLarger) {
    for (const ExportFormat format : {ExportFormat::kH264, ExportFormat::kWebm}) {
        request.format = format;
        std::uint64_t last = 0, last_guess = 0;
        for (const char* const quality : {"small", "good", "high", "best"}) {
            request.quality = *export_quality(quality);
            const auto plan = plan_export(request);
            if (!plan.ok()) continue;
            const auto made = run();
            ASSERT_TRUE(made.ok()) << made.error().message;
            EXPECT_GT(made->bytes, last) << quality;
            EXPECT_GT(plan->estimated_bytes, last_guess) << quality;
            last = made->bytes;
            last_guess = plan->estimated_bytes;
        }
    }
}

TEST_F(Export, AGoodGifHasItsColours) {
    if (!media::has_palettes().ok()) GTEST_SKIP() << media::has_palettes().error().message;
    request.format = ExportFormat::kGif;
    const auto quality_of = [&](ExportQuality quality) {
        request.quality = quality;
        return media::psnr(media::frames_of(run().value().path).at(2), media::moving_disc(96, 64, 2));
    };
    const double small = quality_of(ExportQuality::kSmall);
    const double high = quality_of(ExportQuality::kHigh);
    EXPECT_GT(high, 30);
    EXPECT_GT(high, small + 1);
}

TEST_F(Export, SuggestedNamesTellSourceAndFormat) {
    const auto name = [&](ExportFormat format) {
        request.format = format;
        const auto plan = plan_export(request);
        return plan.ok() ? plan->target.filename().string() : plan.error().message;
    };
    EXPECT_EQ(name(ExportFormat::kH264), "a-secret-fox-7 export.mp4");
    EXPECT_EQ(name(ExportFormat::kHevc), "a-secret-fox-7 hevc.mp4");
    EXPECT_EQ(name(ExportFormat::kWebm), "a-secret-fox-7.webm");
    EXPECT_EQ(name(ExportFormat::kPng), "a-secret-fox-7 frames");
    request.metadata = ExportMetadata::kNone;  // a name made from the prompt would tell what the file does not
    EXPECT_EQ(name(ExportFormat::kCopy), "video.mp4");
    EXPECT_EQ(name(ExportFormat::kPng), "video frames");
    request.metadata = ExportMetadata::kLabel;
    EXPECT_EQ(name(ExportFormat::kCopy), "video.mp4");
}

TEST_F(Export, StrippedFilesTellNothing) {
    request.metadata = ExportMetadata::kNone;
    for (const ExportFormatInfo& info : export_formats()) {
        if (!info.is_available) continue;
        request.format = info.format;
        const auto made = run();
        ASSERT_TRUE(made.ok()) << made.error().message;
        std::vector<fs::path> files{made->path};
        if (fs::is_directory(made->path)) {
            files.clear();
            for (const auto& entry : fs::directory_iterator(made->path))
                files.push_back(entry.path());
        }
        for (const fs::path& file : files) {
            const std::string bytes = media::read_bytes(file);
            for (const char* const word : {"secret", "fox", "someone", "wan", "AIGC", "Turbo", "recipe", "artificial",
                                           "a title", "trainedAlgorithmicMedia"})
                EXPECT_THAT(bytes, Not(HasSubstr(word))) << file;
        }
    }
}

TEST_F(Export, TheLabelAloneTellsOnlyThatItWasGenerated) {
    request.metadata = ExportMetadata::kLabel;
    for (const ExportFormat format : {ExportFormat::kCopy, ExportFormat::kH264, ExportFormat::kWebm}) {
        request.format = format;
        const auto made = run();
        ASSERT_TRUE(made.ok()) << made.error().message;
        const auto metadata = media::probe_video(made->path).value().metadata;
        EXPECT_TRUE(media::is_marked_as_generated(metadata));
        EXPECT_THAT(metadata.at("comment"), HasSubstr("artificial intelligence"));
        EXPECT_FALSE(metadata.contains("recipe"));
        for (const char* const word : {"secret", "fox", "someone", "wan", "a title", "id-1"})
            EXPECT_THAT(media::read_bytes(made->path), Not(HasSubstr(word)));
    }
}

TEST_F(Export, NoLabelIsInvented) {
    const fs::path plain = folder / "plain.mp4";
    media::VideoSettings settings = media::settings_for(64, 64);
    settings.metadata.clear();
    ASSERT_TRUE(media::write_bars(plain, settings, 2).ok());
    request.source = plain;
    request.metadata = ExportMetadata::kLabel;
    const auto made = run();
    ASSERT_TRUE(made.ok()) << made.error().message;
    EXPECT_FALSE(media::is_marked_as_generated(media::probe_video(made->path).value().metadata));
}

TEST_F(Export, TheRecipeTravelsAlong) {
    for (const ExportFormat format : {ExportFormat::kH264, ExportFormat::kCopy, ExportFormat::kWebm}) {
        request.format = format;
        const auto made = run();
        ASSERT_TRUE(made.ok()) << made.error().message;
        const auto metadata = media::probe_video(made->path).value().metadata;
        EXPECT_EQ(metadata.at("recipe"), kRecipe);
        EXPECT_EQ(metadata.at("title"), "a title");
    }
    request.format = ExportFormat::kGif;
    if (!media::has_palettes().ok()) return;
    EXPECT_THAT(plan_export(request).value().notices, ::testing::ElementsAre(HasSubstr("cannot carry the recipe")));
}

TEST_F(Export, ImpossibleWishesAreRefusedBeforeTheWork) {
    request.crf = 52;
    expect_error(refusal(), ErrorCode::kInvalidArgument, "crf 52");
    request.crf.reset();
    for (const double fps : {0.0, -1.0, 1001.0}) {
        request.fps = fps;
        EXPECT_EQ(refusal().field, "fps") << fps;
    }
    request.fps.reset();
    for (const int plays : {0, -1, 1001}) {
        request.plays = plays;
        EXPECT_EQ(refusal().field, "plays") << plays;
    }
    request.plays.reset();
    request.width = 65;
    EXPECT_EQ(refusal().field, "size");
    request.height = 64;
    expect_error(refusal(), ErrorCode::kInvalidArgument, "even");
    request.width = 9000;
    EXPECT_EQ(refusal().field, "size");
    request.width = request.height = 64;
    request.is_half = true;
    EXPECT_EQ(refusal().field, "size");
    request.width.reset();
    request.height.reset();
    request.is_half = false;
    request.format = ExportFormat::kCopy;
    request.fps = 8;
    expect_error(refusal(), ErrorCode::kInvalidArgument, "copy");
    request.fps.reset();
    request.format = ExportFormat::kPng;
    request.crf = 3;
    EXPECT_EQ(refusal().field, "crf");
}

TEST_F(Export, DrawnFramesNeedAHigherRate) {
    if (!can_interpolate().ok()) GTEST_SKIP() << can_interpolate().error().message;
    request.motion = ExportMotion::kInterpolate;
    expect_error(refusal(), ErrorCode::kInvalidArgument, "16");
    request.fps = 16;
    EXPECT_THAT(refusal().fix, HasSubstr("32"));
    request.fps = 32;
    EXPECT_EQ(plan_export(request).value().num_frames, 16);
}

TEST_F(Export, GifsKnowTheirLimits) {
    if (!media::has_palettes().ok()) GTEST_SKIP() << media::has_palettes().error().message;
    request.format = ExportFormat::kGif;
    request.fps = 60;
    expect_error(refusal(), ErrorCode::kInvalidArgument, "60");
    request.fps = 50;
    EXPECT_TRUE(run().ok());
}

TEST_F(Export, TargetsAreCheckedFirst) {
    request.target = folder / "x.avi";
    EXPECT_THAT(refusal().message, HasSubstr(".mp4"));
    request.target = folder / "none" / "x.mp4";
    EXPECT_EQ(refusal().code, ErrorCode::kNotFound);
    request.target = request.source;
    EXPECT_THAT(refusal().message, HasSubstr("its own source"));
    request.format = ExportFormat::kPng;
    request.target = folder;
    request.overwrite = true;
    EXPECT_THAT(refusal().message, HasSubstr("never replaced"));
    request.overwrite = false;
    request.format = ExportFormat::kH264;
    fs::create_symlink(folder / "elsewhere.mp4", temp.path / "link.mp4");
    request.target = temp.path / "link.mp4";
    EXPECT_EQ(refusal().field, "output");
}

TEST_F(Export, InPlace) {
    request.format = ExportFormat::kCopy;
    request.metadata = ExportMetadata::kNone;
    request.target = request.source;
    request.overwrite = true;
    const auto made = run();
    ASSERT_TRUE(made.ok()) << made.error().message;
    EXPECT_EQ(made->path, request.source);
    EXPECT_FALSE(media::probe_video(request.source).value().metadata.contains("recipe"));
    EXPECT_EQ(names().size(), 1u);
}

TEST_F(Export, NamesOfEveryKindWork) {
    for (const char* const name : {"雪 fox's \"50 %\" #1.mp4", "naïve 🦊.mp4", "a\nb.mp4", "-dash.mp4"}) {
        request.target = folder / fs::path(std::u8string(reinterpret_cast<const char8_t*>(name)));
        const auto made = run();
        ASSERT_TRUE(made.ok()) << made.error().message;
        EXPECT_EQ(made->path, request.target);
    }
    request.target = folder / (std::string(251, 'x') + ".mp4");
    EXPECT_TRUE(run().ok());
    request.target = folder / (std::string(252, 'x') + ".mp4");
    EXPECT_EQ(plan_export(request).error().field, "output");
}

TEST_F(Export, SeveralAtOnceGetNamesOfTheirOwn) {
    request.target = folder / "same.mp4";
    std::vector<std::thread> threads;
    std::mutex mutex;
    std::vector<std::string> paths;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            const auto made = export_video(request, {});
            const std::lock_guard lock(mutex);
            paths.push_back(made.ok() ? made->path.filename().string() : made.error().message);
        });
    for (std::thread& thread : threads)
        thread.join();
    std::sort(paths.begin(), paths.end());
    EXPECT_EQ(paths, (std::vector<std::string>{"same (2).mp4", "same (3).mp4", "same (4).mp4", "same.mp4"}));
}

TEST_F(Export, WhatAKilledExportLeftIsRemoved) {
    const fs::path part = folder / "video frames.part";
    fs::create_directories(part);
    media::write_bytes(part / "frame_000001.png", "half");
    const fs::path notes = platform::user_state_dir() / "unfinished";
    fs::create_directories(notes);
    media::write_bytes(notes / "1-0.json", Json{{"part", part.string()}}.dump());
    remove_unfinished_files();
    EXPECT_FALSE(fs::exists(part));
    fs::create_directories(part);  // and nothing that is not ours
    media::write_bytes(part / "frame_000001.png", "half");
    media::write_bytes(part / "my own.txt", "mine");
    media::write_bytes(notes / "1-0.json", Json{{"part", part.string()}}.dump());
    remove_unfinished_files();
    EXPECT_TRUE(fs::exists(part / "my own.txt"));
    EXPECT_FALSE(fs::exists(part / "frame_000001.png"));
}

}  // namespace
}  // namespace studio

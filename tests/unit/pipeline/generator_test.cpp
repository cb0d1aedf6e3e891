// The engine's door: order of stages, what stays loaded, cached prompts, previews.
#include "pipeline/generator.h"

#include <gtest/gtest.h>

#include "io/checkpoint.h"
#include "support/temp_folder.h"

namespace studio::pipeline {
namespace {

namespace fs = std::filesystem;
const fs::path kModel = fs::path(STUDIO_TEST_DATA) / "golden/pipelines/t2v";

class Collector : public FrameSink {
  public:
    Result<void> push(Frame frame) override {
        if (fails_at == static_cast<int>(frames.size())) return Error{ErrorCode::kIo, "full", {}, {}, "free space", {}};
        frames.push_back(std::move(frame));
        return {};
    }
    std::vector<Frame> frames;
    int fails_at = -1;
};

class GeneratorTest : public testing::Test {
  protected:
    GeneratorTest() {
        settings_.shape = {48, 32, 9};
        settings_.seed = 11;
        settings_.sampler = "unipc";
        settings_.steps = 2;
    }
    void open() {
        const auto opened = generator_->open(parts_, {.device = "cpu", .precision = "fp32", .threads = 1, .loras = {}});
        ASSERT_TRUE(opened.ok()) << opened.error().message;
    }
    std::vector<Frame> run(const std::string& prompt) {
        EXPECT_TRUE(generator_->encode_text(prompt, std::nullopt, {}).ok());
        EXPECT_TRUE(generator_->denoise(settings_, {}).ok());
        Collector sink;
        EXPECT_TRUE(generator_->decode(sink, {}).ok());
        return sink.frames;
    }

    std::shared_ptr<const ModelParts> parts_ = open_model_parts(open_model_folder(kModel).value()).value();
    std::unique_ptr<Generator> generator_ = Generator::make();
    DenoiseSettings settings_;
};

TEST_F(GeneratorTest, SameSeedSameFrames) {
    open();
    const auto first = run("a red fox");
    ASSERT_EQ(first.size(), 9u);
    EXPECT_EQ(first[8].index, 8);
    const auto second = run("a red fox");
    for (std::size_t i = 0; i < first.size(); ++i)
        EXPECT_EQ(first[i].rgb, second[i].rgb) << i;
    EXPECT_NE(run("a blue whale")[4].rgb, first[4].rgb);
    settings_.seed = 12;
    EXPECT_NE(run("a red fox")[4].rgb, first[4].rgb);
}

TEST_F(GeneratorTest, APromptIsEncodedOnce) {
    open();
    EXPECT_FALSE(generator_->is_text_cached("a red fox"));
    ASSERT_TRUE(generator_->encode_text("a red fox", std::string(), {}).ok());
    EXPECT_TRUE(generator_->is_text_cached("a red fox"));
    EXPECT_TRUE(generator_->is_text_cached("a  red fox "));  // cleaned, it is the same text
    EXPECT_TRUE(generator_->is_text_cached(""));
    EXPECT_FALSE(generator_->is_text_cached("a red ox"));
    generator_->release(Part::kTextEncoder);
    ASSERT_TRUE(generator_->encode_text("a red fox", std::nullopt, {}).ok());
    EXPECT_FALSE(generator_->is_loaded(Part::kTextEncoder));
    generator_->forget_texts();
    EXPECT_FALSE(generator_->is_text_cached("a red fox"));
}

TEST_F(GeneratorTest, PartsStayUntilReleasedOrAnotherPrecision) {
    open();
    run("a red fox");
    for (const Part part : {Part::kTextEncoder, Part::kTransformer, Part::kVae})
        EXPECT_TRUE(generator_->is_loaded(part));
    open();
    EXPECT_TRUE(generator_->is_loaded(Part::kTransformer));
    ASSERT_TRUE(generator_->open(parts_, {.device = "cpu", .precision = "bf16", .threads = 1, .loras = {}}).ok());
    EXPECT_FALSE(generator_->is_loaded(Part::kTransformer));
    EXPECT_EQ(generator_->precision(), "bf16");
    EXPECT_FALSE(generator_->is_text_cached("a red fox"));
    generator_->unload();
    EXPECT_FALSE(generator_->is_loaded(Part::kVae));
}

TEST_F(GeneratorTest, PreviewsComeFromTheDecoderWhereTheModelHasNoMap) {
    open();
    ASSERT_TRUE(generator_->load(Part::kVae).ok());
    ASSERT_TRUE(generator_->encode_text("a red fox", std::nullopt, {}).ok());
    std::vector<int> steps;
    StageHooks hooks;
    hooks.preview = [&](int step, std::vector<Frame> frames) {
        steps.push_back(step);
        ASSERT_EQ(frames.size(), 3u);
        EXPECT_EQ(frames[0].width, 6);
        EXPECT_EQ(frames[0].height, 4);
    };
    ASSERT_TRUE(generator_->denoise(settings_, hooks).ok());
    EXPECT_EQ(steps, (std::vector<int>{1, 2}));
}

TEST_F(GeneratorTest, LatentsGoToDiskWithTheirRecipe) {
    const test::TempFolder folder;
    open();
    EXPECT_EQ(generator_->save_latents(folder / "x.safetensors", {}).error().code, ErrorCode::kInternal);
    ASSERT_TRUE(generator_->encode_text("a red fox", std::nullopt, {}).ok());
    ASSERT_TRUE(generator_->denoise(settings_, {}).ok());
    ASSERT_TRUE(generator_->save_latents(folder / "x.safetensors", {{"recipe", "{}"}}).ok());
    const auto file = io::Checkpoint::open(folder / "x.safetensors");
    ASSERT_TRUE(file.ok());
    ASSERT_NE((*file)->find("latents"), nullptr);
    EXPECT_EQ((*file)->find("latents")->shape, (std::vector<std::int64_t>{1, 16, 3, 4, 6}));
    EXPECT_EQ((*file)->metadata().at("recipe"), "{}");
    EXPECT_EQ(generator_->save_latents(folder / "no/where.safetensors", {}).error().code, ErrorCode::kIo);
}

TEST_F(GeneratorTest, ErrorsComeBackAsValuesAndTheNextRunWorks) {
    EXPECT_EQ(generator_->encode_text("x", std::nullopt, {}).error().code, ErrorCode::kInternal);  // not opened
    open();
    settings_.sampler = "magic";
    ASSERT_TRUE(generator_->encode_text("a red fox", std::nullopt, {}).ok());
    EXPECT_EQ(generator_->denoise(settings_, {}).error().field, "sampler");
    settings_.sampler = "unipc";
    std::stop_source stop;
    StageHooks hooks;
    hooks.stop = stop.get_token();
    stop.request_stop();
    EXPECT_EQ(generator_->denoise(settings_, hooks).error().code, ErrorCode::kCancelled);
    ASSERT_TRUE(generator_->denoise(settings_, {}).ok());
    Collector sink;
    sink.fails_at = 3;
    EXPECT_EQ(generator_->decode(sink, {}).error().code, ErrorCode::kIo);
    EXPECT_EQ(sink.frames.size(), 3u);
    generator_->end_job();
    EXPECT_EQ(run("a red fox").size(), 9u);
}

}  // namespace
}  // namespace studio::pipeline

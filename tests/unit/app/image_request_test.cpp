// Requests with images, adapters and two experts: JSON, text, what resolving decides and refuses. The model is the
// two-expert golden with text encoder, tokenizer and VAE of the text-to-video one, named as part overrides.
#include <gmock/gmock.h>

#include <limits>

#include "app/engine_client.h"
#include "app/lora_setting.h"
#include "app/settings_table.h"
#include "core/text.h"
#include "support/temp_folder.h"

namespace studio {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::HasSubstr;

const fs::path kGolden = fs::path(STUDIO_TEST_DATA) / "golden/pipelines";

std::string little(std::uint32_t value, int bytes) {
    std::string out;
    for (int i = 0; i < bytes; ++i)
        out.push_back(static_cast<char>(value >> (8 * i)));
    return out;
}

/// A plain 24-bit BMP.
std::string bmp(int width, int height, char shade = 90) {
    const auto row = static_cast<std::size_t>((width * 3 + 3) / 4 * 4);
    const std::string pixels(row * static_cast<std::size_t>(height), shade);
    const auto size = static_cast<std::uint32_t>(54 + pixels.size());
    return "BM" + little(size, 4) + little(0, 4) + little(54, 4) + little(40, 4) +
           little(static_cast<std::uint32_t>(width), 4) + little(static_cast<std::uint32_t>(height), 4) + little(1, 2) +
           little(24, 2) + std::string(24, '\0') + pixels;
}

class ImageRequest : public testing::Test {
  protected:
    GenerationRequest request() {
        GenerationRequest r;
        r.model = path_to_utf8(kGolden / "i2v22_a14b");
        r.vae = path_to_utf8(kGolden / "t2v/vae");
        r.text_encoder = path_to_utf8(kGolden / "t2v/text_encoder");
        r.tokenizer = path_to_utf8(kGolden / "t2v/tokenizer");
        r.prompt = "a red fox";
        r.num_frames = 5;
        r.device = "cpu";
        r.precision = "fp32";
        r.output = path_to_utf8(folder_.path());
        r.image = path_to_utf8(folder_.write("fox.bmp", bmp(60, 40)));
        return r;
    }
    ResolvedRequest resolved(const GenerationRequest& r) {
        auto out = resolve(r);
        EXPECT_TRUE(out.ok()) << (out.ok() ? "" : out.error().message);
        return out.ok() ? *out : ResolvedRequest{};
    }
    void refused(const GenerationRequest& r, const char* field, const char* word) {
        const auto out = resolve(r);
        ASSERT_FALSE(out.ok()) << field;
        EXPECT_EQ(out.error().field, field) << out.error().message;
        EXPECT_THAT(out.error().message, HasSubstr(word));
        EXPECT_FALSE(out.error().fix.empty());
    }
    test::TempFolder folder_;
};

TEST(ImageSettings, RoundTripThroughText) {
    GenerationRequest r;
    r.image = "füchse/a.png";
    r.image_sha256 = std::string(64, 'a');
    r.end_image = "b.jpg";
    r.end_image_sha256 = std::string(64, 'b');
    r.image_fit = "crop";
    r.sampler_mode = "ode";
    r.guidance = 4;
    r.guidance_2 = 3.5;
    r.boundary = 0.875;
    r.loras = {{"x.safetensors", 0.8, "high"}, {"y:z.safetensors", -1, "both"}};
    r.vae = "v", r.text_encoder = "t", r.tokenizer = "k", r.transformer_2 = "l", r.image_encoder = "c";
    const auto json = parse_json(r.to_json().dump(), "test");
    ASSERT_TRUE(json.ok());
    const auto back = GenerationRequest::from_json(*json);
    ASSERT_TRUE(back.ok()) << back.error().message;
    EXPECT_EQ(*back, r);
    for (const char* key : {"image", "loras", "vae", "image_fit", "guidance_2"}) {
        EXPECT_TRUE(GenerationRequest::has_key(key)) << key;
        EXPECT_FALSE(GenerationRequest{}.to_json().contains(key)) << key;
    }
    EXPECT_FALSE(GenerationRequest::has_key("nonsense"));
}

TEST(ImageSettings, WrongJsonNamesThePlace) {
    struct Bad {
        const char* text;
        const char* field;
    };
    for (const Bad& bad : {Bad{R"({"loras": {}})", "loras"}, Bad{R"({"loras": ["x"]})", "loras[0]"},
                           Bad{R"({"loras": [{"path": 3}]})", "loras[0].path"},
                           Bad{R"({"loras": [{"path": "x"}, {"strength": "1"}]})", "loras[1].strength"},
                           Bad{R"({"loras": [{"weight": 1}]})", "loras[0].weight"},
                           Bad{R"({"boundary": "0.9"})", "boundary"}, Bad{R"({"image": 1})", "image"}}) {
        const auto got = GenerationRequest::from_json(parse_json(bad.text, "test").value());
        ASSERT_FALSE(got.ok()) << bad.text;
        EXPECT_EQ(got.error().field, bad.field);
        EXPECT_FALSE(got.error().fix.empty());
    }
}

TEST(ImageSettings, AdaptersAsText) {
    GenerationRequest r;
    for (const char* text : {"a.safetensors", "a.safetensors:0.5", "a.safetensors:-1:high", "a.safetensors:low",
                             "C:\\x\\b.safetensors", "odd:name.safetensors:2"})
        ASSERT_TRUE(set_from_text(r, "loras", text).ok()) << text;
    const std::vector<LoraSetting> want{{"a.safetensors", 1, "both"},        {"a.safetensors", 0.5, "both"},
                                        {"a.safetensors", -1, "high"},       {"a.safetensors", 1, "low"},
                                        {"C:\\x\\b.safetensors", 1, "both"}, {"odd:name.safetensors", 2, "both"}};
    EXPECT_EQ(r.loras, want);
    ASSERT_TRUE(set_from_text(r, "--lora", "").ok());
    EXPECT_TRUE(r.loras.empty());
    for (const char* text : {":0.5", "a:1000"})
        EXPECT_EQ(set_from_text(r, "loras", text).error().field, "loras") << text;
    EXPECT_FALSE(check_loras(std::vector<LoraSetting>(65, {"a", 1, "both"})).ok());
    EXPECT_FALSE(check_loras({{"a", std::numeric_limits<double>::quiet_NaN(), "both"}}).ok());
    EXPECT_FALSE(check_loras({{"a", 1, "middle"}}).ok());
}

TEST(ImageSettings, RangesAndChoices) {
    GenerationRequest r;
    r.prompt = "x";
    const auto field = [&](const GenerationRequest& request) {
        const auto ok = check_ranges(request);
        return ok.ok() ? std::string() : ok.error().field;
    };
    EXPECT_EQ(field(r), "");
    for (const auto& [key, text] :
         {std::pair{"image_fit", "cover"}, std::pair{"sampler_mode", "pde"}, std::pair{"boundary", "1"},
          std::pair{"boundary", "0"}, std::pair{"guidance_2", "0.5"}, std::pair{"guidance_2", "1,5"}})
        EXPECT_EQ(set_from_text(r, key, text).error().field, key) << text;
    auto wrong = r;
    wrong.image_fit = "cover";
    EXPECT_EQ(field(wrong), "image_fit");
    wrong = r;
    wrong.boundary = std::numeric_limits<double>::quiet_NaN();
    EXPECT_EQ(field(wrong), "boundary");
    wrong = r;
    wrong.guidance_2 = 1e9;
    EXPECT_EQ(field(wrong), "guidance_2");
}

TEST_F(ImageRequest, EveryValueIsDecided) {
    const auto r = resolved(request());
    EXPECT_EQ(r.steps, 40);
    EXPECT_EQ(r.guidance, 3.5);
    EXPECT_EQ(r.request.guidance_2, 3.5);
    EXPECT_EQ(r.request.boundary, 0.9);
    EXPECT_EQ(r.request.image_sha256.size(), 64u);
    EXPECT_TRUE(fs::path(r.request.image).is_absolute());
    EXPECT_FALSE(r.request.sampler_mode);
    EXPECT_THAT(r.request.negative_prompt, HasSubstr("最差质量"));
    EXPECT_THAT(r.notices, Contains(HasSubstr("enlarged")));
    // 60 x 40 at the area of 1280 x 720, floor to 16.
    EXPECT_EQ(r.width, 1168);
    EXPECT_EQ(r.height, 768);
}

// What runs is what a recipe holds: resolving it again changes nothing, whatever the image's shape.
TEST_F(ImageRequest, ResolvedSettingsResolveToThemselves) {
    for (const auto& [width, height] :
         {std::pair{60, 40}, std::pair{40, 60}, std::pair{64, 64}, std::pair{160, 90}, std::pair{33, 100},
          std::pair{97, 61}, std::pair{300, 100}, std::pair{17, 16}}) {
        for (const auto& [w, h] : {std::pair{832, 480}, std::pair{320, 320}, std::pair{0, 0}}) {
            auto asked = request();
            asked.image = path_to_utf8(folder_.write("x.bmp", bmp(width, height)));
            if (w > 0) asked.width = w, asked.height = h;
            const auto once = resolved(asked);
            auto again_asked = once.request;
            again_asked.output = asked.output;
            const auto again = resolved(again_asked);
            EXPECT_EQ(again.width, once.width) << width << "x" << height << " at " << w << "x" << h;
            EXPECT_EQ(again.height, once.height) << width << "x" << height << " at " << w << "x" << h;
            EXPECT_EQ(again.request.image_fit, once.request.image_fit);
            EXPECT_EQ(again.request.negative_prompt, once.request.negative_prompt);
            EXPECT_EQ(again.request.shift, once.request.shift);
        }
    }
}

TEST_F(ImageRequest, OneSideGivenTheOtherFollows) {
    auto asked = request();
    asked.width = 480;
    EXPECT_EQ(resolved(asked).height, 320);
    asked.width.reset();
    asked.height = 320;
    EXPECT_EQ(resolved(asked).width, 480);
    asked = request();
    asked.image_fit = "pad";
    EXPECT_EQ(resolved(asked).width, 1280);
    EXPECT_EQ(resolved(asked).height, 720);
}

TEST_F(ImageRequest, OneGuidanceHoldsForBothExperts) {
    auto asked = request();
    asked.guidance = 6;
    EXPECT_EQ(resolved(asked).request.guidance_2, 6);
    asked.guidance_2 = 2;
    EXPECT_EQ(resolved(asked).request.guidance_2, 2);
    // Guidance in one expert only still needs a negative prompt, and takes one.
    asked.guidance = 1;
    asked.negative_prompt = "blur";
    EXPECT_EQ(resolved(asked).request.negative_prompt, "blur");
    asked.guidance_2 = 1;
    refused(asked, "negative_prompt", "no effect");
}

TEST_F(ImageRequest, AChangedImageIsSaidAndAMissingOneNamed) {
    auto settings = resolved(request()).request;
    settings.output = path_to_utf8(folder_.path());
    folder_.write("fox.bmp", bmp(60, 40, 10));
    EXPECT_THAT(resolved(settings).notices, Contains(HasSubstr("has changed")));
    fs::remove(folder_ / "fox.bmp");
    const auto gone = resolve(settings);
    ASSERT_FALSE(gone.ok());
    EXPECT_EQ(gone.error().code, ErrorCode::kNotFound);
    EXPECT_EQ(gone.error().file, path_to_utf8(folder_ / "fox.bmp"));
    EXPECT_THAT(gone.error().fix, HasSubstr(settings.image_sha256));
    // Another image given for it has a hash of its own.
    ASSERT_TRUE(set_from_text(settings, "image", path_to_utf8(folder_.write("new.bmp", bmp(60, 40, 3)))).ok());
    EXPECT_TRUE(settings.image_sha256.empty());
}

TEST_F(ImageRequest, WhatTheModelCannotUseIsRefused) {
    auto r = request();
    r.image.clear();
    refused(r, "image", "none is given");
    r = request();
    r.end_image = r.image;
    refused(r, "end_image", "not made to end");
    r = request();
    r.sampler_mode = "ode";
    refused(r, "sampler_mode", "unipc");
    r = request();
    r.sampler = "rcm";
    r.steps = 5;
    refused(r, "steps", "1 to 4");
    r = request();
    r.image = path_to_utf8(folder_.write("page.png", "<html></html>"));
    refused(r, "image", "web page");
    // The text-to-video model of the same parts.
    r = request();
    r.model = path_to_utf8(kGolden / "t2v");
    refused(r, "image", "from text only");
    r.image.clear();
    r.guidance_2 = 3;
    refused(r, "guidance_2", "one transformer");
    r.guidance_2.reset();
    r.boundary = 0.5;
    refused(r, "boundary", "one transformer");
    r.boundary.reset();
    r.loras = {{path_to_utf8(folder_ / "x.safetensors"), 1, "low"}};
    refused(r, "loras", "one transformer");
    r.loras.clear();
    r.image_fit = "pad";
    refused(r, "image_fit", "no image");
}

}  // namespace
}  // namespace studio

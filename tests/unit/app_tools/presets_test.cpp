// Presets: what the built-in ones mean for a model, what is left out, and the file of a person's own.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "app/preset_store.h"
#include "app/video_sizes.h"
#include "core/files.h"
#include "support/temp_folder.h"

using namespace studio;

namespace {

ModelInfo demo() {
    ModelInfo model;
    model.kind = "text-to-video";
    model.defaults = {{"width", 128}, {"height", 128},    {"num_frames", 17}, {"fps", 8},
                      {"steps", 4},   {"sampler", "rcm"}, {"guidance", 1.0}};
    model.details = {{"sizes", {{128, 128}}}};
    return model;
}

ModelInfo turbo_i2v() {
    ModelInfo model;
    model.kind = "image-to-video";
    model.defaults = {{"width", 1280}, {"height", 720},    {"num_frames", 81}, {"fps", 16},
                      {"steps", 4},    {"sampler", "rcm"}, {"guidance", 1.0},  {"boundary", 0.9}};
    model.details = {{"config", {{"dit", {{"dim", 5120}, {"has_linear_branch", true}}}}}};
    return model;
}

ModelInfo base_14b() {
    ModelInfo model;
    model.kind = "text-to-video";
    model.defaults = {{"width", 832}, {"height", 480},      {"num_frames", 81}, {"fps", 16},
                      {"steps", 50},  {"sampler", "unipc"}, {"guidance", 5.0}};
    model.details = {{"config", {{"dit", {{"dim", 5120}, {"has_linear_branch", false}}}}}};
    return model;
}

GenerationRequest applied(std::size_t built_in, const ModelInfo& model) {
    const auto result = apply_preset(built_in_presets(model)[built_in], model, {});
    EXPECT_TRUE(result.left_out.empty()) << result.left_out.front();
    return result.request;
}

void write(const std::filesystem::path& file, const std::string& text) {
    std::ofstream(file, std::ios::binary) << text;
}

Preset portraits() {
    return {"Portraits 人像", {{"steps", 2}, {"width", 480}, {"height", 832}}, false};
}

class PresetFile : public testing::Test {
  protected:
    test::TempFolder folder_;
    const std::filesystem::path file_ = folder_.path() / "new folder" / "presets.json";
    const PresetStore store_{file_};
};

}  // namespace

TEST(Presets, DraftOfTheDemoIsShorterWithFewerSteps) {
    const GenerationRequest draft = applied(0, demo());
    EXPECT_EQ(draft.steps, 2);
    EXPECT_EQ(draft.num_frames, 9);
    EXPECT_EQ(draft.width, std::nullopt);
    const GenerationRequest best = applied(2, demo());
    EXPECT_EQ(best.steps, 4);
    EXPECT_EQ(best.num_frames, std::nullopt);
}

TEST(Presets, BalancedIsTheModelsOwn) {
    EXPECT_EQ(applied(1, demo()), GenerationRequest{});
    EXPECT_TRUE(is_in_force(built_in_presets(demo())[1], demo(), {}));
    GenerationRequest named;
    named.steps = 4;
    named.width = 128;
    named.height = 128;
    EXPECT_TRUE(is_in_force(built_in_presets(demo())[1], demo(), named)) << "the default by name is the default";
    named.steps = 3;
    EXPECT_FALSE(is_in_force(built_in_presets(demo())[1], demo(), named));
    EXPECT_FALSE(is_in_force(built_in_presets(demo())[0], demo(), {}));
}

TEST(Presets, SizesAndSparsityOfALargeTurboModel) {
    const GenerationRequest draft = applied(0, turbo_i2v()), best = applied(2, turbo_i2v());
    EXPECT_EQ(draft.width, 832);
    EXPECT_EQ(draft.height, 480);
    EXPECT_EQ(draft.num_frames, 33);
    EXPECT_DOUBLE_EQ(draft.sla_topk, 0.10);
    EXPECT_EQ(best.width, 1280);
    EXPECT_DOUBLE_EQ(best.sla_topk, 0.15);
    EXPECT_EQ(best.sampler_mode, "ode");
    EXPECT_TRUE(is_in_force(built_in_presets(turbo_i2v())[1], turbo_i2v(), {})) << "what a window begins with";
}

TEST(Presets, AGridSamplerKeepsItsStepsForBest) {
    EXPECT_EQ(applied(0, base_14b()).steps, 20);
    EXPECT_EQ(applied(2, base_14b()).steps, std::nullopt);
    EXPECT_EQ(applied(2, base_14b()).height, 720);
    EXPECT_EQ(applied(2, base_14b()).sampler_mode, std::nullopt);
}

TEST(Presets, NothingIsKnownNothingIsAsked) {
    for (const Preset& preset : built_in_presets({}))
        EXPECT_TRUE(preset.values.empty()) << preset.name << preset.values;
}

TEST(Presets, WhatTheModelCannotUseIsLeftOutByName) {
    const Preset preset{"x",
                        {{"steps", 30},
                         {"sampler_mode", "ode"},
                         {"attention", "sla"},
                         {"sla_topk", 0.2},
                         {"boundary", 0.8},
                         {"guidance", 6.0},
                         {"num_frames", 9},
                         {"image_fit", "crop"}},
                        false};
    const auto on_demo = apply_preset(preset, demo(), {});
    EXPECT_EQ(on_demo.left_out,
              (std::vector<std::string>{"attention", "boundary", "guidance", "image_fit", "sla_topk", "steps"}));
    EXPECT_EQ(on_demo.request.sampler_mode, "ode");
    EXPECT_EQ(on_demo.request.num_frames, 9);
    const auto on_base = apply_preset(preset, base_14b(), {});
    EXPECT_EQ(on_base.request.steps, 30);
    EXPECT_EQ(on_base.request.guidance, 6.0);
    EXPECT_EQ(on_base.request.sampler_mode, std::nullopt);
}

TEST(Presets, NoPathSeedPromptOrUnknownKeyComesIn) {
    const Preset hostile{"x",
                         {{"prompt", "p"},
                          {"seed", 7},
                          {"model", "/etc/passwd"},
                          {"output", "/etc"},
                          {"vae", "/x"},
                          {"loras", Json::array()},
                          {"token", "secret"},
                          {"steps", "many"},
                          {"fps", 1e9}},
                         false};
    const auto result = apply_preset(hostile, base_14b(), {});
    EXPECT_EQ(result.request, GenerationRequest{});
    EXPECT_EQ(result.left_out, (std::vector<std::string>{"fps", "steps"}));
}

TEST(Presets, TheRestOfTheRequestStays) {
    GenerationRequest request;
    request.prompt = "a star";
    request.seed = 5;
    request.steps = 3;
    request.shift = 2;
    request.loras = {{"/a.safetensors", 1, "both"}};
    const auto out = apply_preset({"x", {{"num_frames", 9}}, false}, demo(), request).request;
    EXPECT_EQ(out.prompt, "a star");
    EXPECT_EQ(out.seed, 5);
    EXPECT_EQ(out.loras.size(), 1u);
    EXPECT_EQ(out.steps, std::nullopt) << "what the preset does not name goes back to the model";
    EXPECT_EQ(out.shift, std::nullopt);
    request.width = 128;  // as the model's own
    const Preset kept = preset_of("mine", request, demo());
    EXPECT_EQ(kept.values, (Json{{"steps", 3}, {"shift", 2.0}}));
}

TEST(Sizes, ClassesAndShapes) {
    const auto classes = size_classes(base_14b());
    ASSERT_EQ(classes.size(), 2u);
    EXPECT_EQ(classes[0].name, "480p");
    EXPECT_TRUE(classes[0].is_default);
    EXPECT_EQ(classes[1].name, "720p");
    EXPECT_EQ(size_for(classes[0], {9, 16}, base_14b()), (VideoSize{480, 832}));
    EXPECT_EQ(size_for(classes[1], {1, 1}, base_14b()), (VideoSize{960, 960}));
    EXPECT_EQ(size_for(classes[1], {4, 3}, base_14b()), (VideoSize{960, 720}));
    EXPECT_EQ(size_for(classes[0], {16, 9}, base_14b()), (VideoSize{832, 480}));
    ModelInfo five;
    five.kind = "text-image-to-video";
    five.defaults = {{"width", 1280}, {"height", 704}};
    ASSERT_EQ(size_classes(five).size(), 1u);
    EXPECT_EQ(size_classes(five)[0].name, "704p");
    for (const AspectRatio aspect : usual_aspects()) {
        const VideoSize size = size_for(size_classes(five)[0], aspect, five);
        EXPECT_EQ(size.width % 32, 0);
        EXPECT_EQ(size.height % 32, 0);
        EXPECT_NEAR(double(size.width) * size.height, 1280.0 * 704, 0.06 * 1280 * 704);
    }
}

TEST(PresetNames, AreChecked) {
    for (const char* good : {"Portraits", "人像 2", "a/b <b>"})
        EXPECT_TRUE(check_preset_name(good).ok()) << good;
    for (const std::string& bad : {std::string(), std::string("  "), std::string("a\nb"), std::string("\xff"),
                                   std::string("Draft"), std::string("BEST"), std::string(61, 'a')})
        EXPECT_FALSE(check_preset_name(bad).ok()) << bad;
}

TEST_F(PresetFile, KeepReplaceRemove) {
    EXPECT_TRUE(store_.list()->presets.empty());
    ASSERT_TRUE(store_.keep(portraits(), false).ok());
    EXPECT_EQ(store_.list()->presets, std::vector<Preset>{portraits()});
    Preset other = portraits();
    other.values = {{"steps", 1}};
    const auto refused = store_.keep(other, false);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().field, "preset");
    EXPECT_EQ(store_.list()->presets, std::vector<Preset>{portraits()});
    ASSERT_TRUE(store_.keep(other, true).ok());
    EXPECT_EQ(store_.list()->presets, std::vector<Preset>{other});
    ASSERT_TRUE(store_.remove(other.name).ok());
    EXPECT_EQ(store_.remove(other.name).error().code, ErrorCode::kNotFound);
    EXPECT_TRUE(store_.list()->notices.empty());
}

TEST_F(PresetFile, WhatThisVersionDoesNotKnowStays) {
    std::filesystem::create_directories(file_.parent_path());
    write(file_, R"({"version":1,"theme":"x","presets":[{"name":"A","values":{"steps":3,"colour":"red"},"icon":"a"},
                     {"name":"","values":{}},{"name":"B"},7]})");
    const auto list = store_.list();
    ASSERT_TRUE(list.ok());
    ASSERT_EQ(list->presets.size(), 1u);
    EXPECT_EQ(list->notices.size(), 3u);
    ASSERT_TRUE(store_.keep(portraits(), false).ok());
    ASSERT_TRUE(store_.keep({"A", {{"steps", 1}}, false}, true).ok());
    const auto now = read_json_file(file_);
    EXPECT_EQ((*now)["theme"], "x");
    EXPECT_EQ((*now)["presets"][0]["icon"], "a");
    EXPECT_EQ((*now)["presets"][3], 7);
    EXPECT_EQ((*now)["presets"].size(), 5u);
}

TEST_F(PresetFile, ADamagedFileIsSetAsideAndNamed) {
    std::filesystem::create_directories(file_.parent_path());
    for (const std::string& bad : {std::string("{\"presets\": ["), std::string("[]"), std::string("\0\1", 2),
                                   std::string("{\"presets\": {}}"), std::string(100, '[')}) {
        write(file_, bad);
        const auto list = store_.list();
        ASSERT_TRUE(list.ok());
        ASSERT_EQ(list->notices.size(), 1u) << bad;
        EXPECT_NE(list->notices[0].find(".damaged"), std::string::npos) << list->notices[0];
        EXPECT_FALSE(std::filesystem::exists(file_));
    }
    EXPECT_TRUE(std::filesystem::exists(file_.string() + ".damaged-5")) << "every one is kept";
    EXPECT_TRUE(store_.keep(portraits(), false).ok());
}

TEST_F(PresetFile, AHugeFileIsSetAsideUnread) {
    std::filesystem::create_directories(file_.parent_path());
    write(file_, "{}");
    std::filesystem::resize_file(file_, std::uintmax_t{1} << 30);
    const auto list = store_.list();
    ASSERT_TRUE(list.ok());
    EXPECT_EQ(list->notices.size(), 1u);
}

TEST_F(PresetFile, ANewerVersionIsReadAndNotWritten) {
    std::filesystem::create_directories(file_.parent_path());
    const std::string text = R"({"version":2,"presets":[{"name":"A","values":{}}]})";
    write(file_, text);
    EXPECT_EQ(store_.list()->presets.size(), 1u);
    EXPECT_EQ(store_.keep(portraits(), false).error().code, ErrorCode::kUnsupported);
    EXPECT_EQ(*read_small_file(file_, 1000), text);
}

TEST_F(PresetFile, AFolderInItsPlaceIsSaid) {
    std::filesystem::create_directories(file_);
    EXPECT_FALSE(store_.keep(portraits(), false).ok());
}

TEST_F(PresetFile, FoundByName) {
    ASSERT_TRUE(store_.keep(portraits(), false).ok());
    EXPECT_EQ(find_preset("Draft", demo(), store_)->values["steps"], 2);
    EXPECT_EQ(*find_preset(portraits().name, demo(), store_), portraits());
    const auto missing = find_preset("fast", demo(), store_);
    ASSERT_FALSE(missing.ok());
    EXPECT_NE(missing.error().fix.find("draft, balanced, best, Portraits"), std::string::npos) << missing.error().fix;
}

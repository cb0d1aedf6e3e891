// What a recipe from another computer lacks here; every setting of a recipe comes back.
#include "app/missing_parts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/clip.h"
#include "app/settings_table.h"
#include "core/text.h"
#include "io/atomic_file.h"
#include "io/sha256.h"
#include "library/catalog.h"
#include "support/temp_folder.h"

namespace studio {
namespace {

class MissingParts : public testing::Test {
  protected:
    MissingParts() { setenv("STUDIO_HOME", folder_.path().c_str(), 1); }
    ~MissingParts() override { unsetenv("STUDIO_HOME"); }
    std::string file(const std::string& name, const std::string& content) {
        const auto path = folder_.path() / name;
        EXPECT_TRUE(io::write_text_file(path, content).ok());
        return path_to_utf8(path);
    }
    test::TempFolder folder_;
};

TEST_F(MissingParts, NothingIsMissingOfWhatIsHere) {
    GenerationRequest request;
    request.model = path_to_utf8(std::filesystem::path(STUDIO_TEST_DATA) / "golden/pipelines/t2v");
    request.image = file("start.png", "a picture");
    request.image_sha256 = io::sha256_file(path_from_utf8(request.image)).value();
    request.loras = {{file("style.safetensors", "x"), 1, "both"}};
    EXPECT_TRUE(missing_parts(request, {}).empty());
    EXPECT_TRUE(missing_parts(GenerationRequest(), {}).empty());
}

TEST_F(MissingParts, EveryFileIsNamed) {
    GenerationRequest request;
    request.model = "/srv/other/models/my-model";
    request.image = "C:\\Users\\other\\start.png";
    request.end_image = file("end.png", "another picture");
    request.end_image_sha256 = std::string(64, '0');
    request.loras = {{"/srv/other/style.safetensors", 1, "both"}};
    request.vae = "/srv/other/vae.pth";
    request.text_encoder = "/srv/other/t5.pth";
    request.tokenizer = "/srv/other/spiece.model";
    request.transformer_2 = "/srv/other/low.safetensors";
    request.image_encoder = "/srv/other/clip.pth";
    std::map<std::string, std::string> names;
    for (const MissingPart& part : missing_parts(request, {})) {
        names[part.key] = part.name;
        EXPECT_EQ(part.is_changed, part.key == "end_image");
        EXPECT_TRUE(part.catalog_id.empty());
    }
    EXPECT_EQ(names, (std::map<std::string, std::string>{{"model", "my-model"},
                                                         {"image", "start.png"},
                                                         {"end_image", "end.png"},
                                                         {"loras", "style.safetensors"},
                                                         {"vae", "vae.pth"},
                                                         {"text_encoder", "t5.pth"},
                                                         {"tokenizer", "spiece.model"},
                                                         {"transformer_2", "low.safetensors"},
                                                         {"image_encoder", "clip.pth"}}));
}

TEST_F(MissingParts, APublishedModelIsKnownByNameAndByContent) {
    const Catalog catalog = read_catalog().value();
    ASSERT_FALSE(catalog.models.empty());
    GenerationRequest request;
    request.model = "/srv/other/models/x";
    const CatalogModel& first = catalog.models.front();
    auto missing = missing_parts(request, {{"model", {{"name", first.id}}}});
    ASSERT_EQ(missing.size(), 1u);
    EXPECT_EQ(missing[0].catalog_id, first.id);
    int known = 0;
    for (const CatalogModel& model : catalog.models) {
        const auto transformer = model.parts.find("transformer");
        if (transformer == model.parts.end()) continue;
        for (const std::string& id : transformer->second) {
            const CatalogFile* const each = catalog.find_file(id);
            if (each->role != "dit" || each->sha256.empty()) continue;
            missing = missing_parts(
                request, {{"model", {{"name", "renamed"}, {"files", {{{"path", "a"}, {"sha256", each->sha256}}}}}}});
            ASSERT_EQ(missing.size(), 1u);
            EXPECT_FALSE(missing[0].catalog_id.empty()) << id;
            ++known;
        }
    }
    EXPECT_GT(known, 0);
}

TEST_F(MissingParts, HostileDocumentsAreHarmless) {
    GenerationRequest request;
    request.model = "/none";
    for (const char* const text : {"null", "[]", "{\"model\":7}", "{\"model\":{\"name\":[]}}",
                                   "{\"model\":{\"files\":{}}}", "{\"model\":{\"files\":[1,{\"sha256\":2}]}}"}) {
        const auto missing = missing_parts(request, Json::parse(text));
        ASSERT_EQ(missing.size(), 1u) << text;
        EXPECT_EQ(missing[0].name, "none");
    }
}

/// Every member has a value that is not its default; what comes back from a recipe is equal, but for what a file from
/// elsewhere must not decide.
TEST_F(MissingParts, EverySettingComesBackFromARecipe) {
    GenerationRequest all;
    Json json = all.to_json();
    const std::string model = path_to_utf8(std::filesystem::path(STUDIO_TEST_DATA) / "golden/pipelines/t2v");
    for (const auto& [flag, text] : std::vector<std::pair<std::string, std::string>>{
             {"model", model},       {"prompt", "a fox 雪"},  {"negative_prompt", "blur"},
             {"image", "/a.png"},    {"end_image", "/b.png"}, {"image_fit", "crop"},
             {"width", "64"},        {"height", "48"},        {"num_frames", "9"},
             {"fps", "23.976"},      {"steps", "3"},          {"sampler", "unipc"},
             {"guidance", "2.5"},    {"guidance_2", "1.5"},   {"boundary", "0.875"},
             {"shift", "3"},         {"sigma_max", "100"},    {"seed", "4711"},
             {"attention", "dense"}, {"vae", "/v"},           {"text_encoder", "/t"},
             {"tokenizer", "/k"},    {"transformer_2", "/l"}, {"image_encoder", "/i"},
             {"precision", "fp32"},  {"device", "cpu"},       {"crf", "20"}}) {
        ASSERT_TRUE(set_from_text(all, flag, text).ok()) << flag;
        ASSERT_NE(all.to_json().value(flag, Json()), json.value(flag, Json())) << flag;
    }
    all.sampler_mode = "ode";
    all.sla_topk = 0.25;
    all.image_sha256 = std::string(64, 'a');
    all.end_image_sha256 = std::string(64, 'b');
    all.loras = {{"/one.safetensors", 0.5, "high"}, {"/two.safetensors", -1, "low"}};
    const Json document = {{"schema", 1}, {"settings", all.to_json()}, {"model", {{"name", "t2v"}}}};
    const std::string path = file("recipe.json", document.dump());
    const auto recipe = read_recipe(path_from_utf8(path));
    ASSERT_TRUE(recipe.ok()) << recipe.error().message;
    EXPECT_EQ(recipe->request.to_json(), all.to_json());
    EXPECT_FALSE(recipe->document.contains("set_aside"));
    std::set<std::string> named;
    for (const MissingPart& part : recipe->missing)
        named.insert(part.key);
    EXPECT_THAT(named, testing::IsSupersetOf({"image", "end_image", "loras", "vae", "transformer_2"}));
    EXPECT_FALSE(named.contains("model"));
}

}  // namespace
}  // namespace studio

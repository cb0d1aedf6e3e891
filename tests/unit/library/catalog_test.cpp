// models/catalog.json: well-formed, and every set of files makes a whole model.
#include "library/catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>

namespace studio {
namespace {

using testing::HasSubstr;

const Catalog& published() {
    static const Catalog catalog = [] {
        std::ifstream in(std::string(STUDIO_SOURCE_DIR) + "/models/catalog.json", std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(in), {}};
        auto parsed = parse_catalog(text, "catalog.json");
        EXPECT_TRUE(parsed.ok()) << (parsed.ok() ? "" : parsed.error().message);
        return parsed.ok() ? *std::move(parsed) : Catalog{};
    }();
    return catalog;
}

TEST(Catalog, HoldsTheWholeFamily) {
    for (const char* id :
         {"wan2.1-t2v-1.3b", "wan2.1-t2v-14b", "wan2.1-i2v-14b-480p", "wan2.1-i2v-14b-720p", "wan2.1-flf2v-14b-720p",
          "wan2.1-vace-1.3b", "wan2.2-t2v-a14b", "wan2.2-i2v-a14b", "wan2.2-ti2v-5b", "turbowan2.1-t2v-1.3b-480p",
          "turbowan2.1-t2v-1.3b-480p-quant", "turbowan2.1-t2v-14b-720p-quant", "turbowan2.2-i2v-a14b-720p",
          "turbowan2.2-i2v-a14b-720p-quant"})
        EXPECT_NE(published().find_model(id), nullptr) << id;
    EXPECT_FALSE(published().find_model("wan2.1-vace-1.3b")->is_supported);
    EXPECT_EQ(published().find_model("no such model"), nullptr);
    EXPECT_EQ(published().find_file("no such file"), nullptr);
}

TEST(Catalog, EveryModelIsWhole) {
    for (const CatalogModel& model : published().models) {
        SCOPED_TRACE(model.id);
        const bool has_clip = model.parts.contains("image_encoder"), has_two = model.parts.contains("transformer_2");
        EXPECT_EQ(has_two, model.id.find("a14b") != model.id.npos);
        EXPECT_EQ(has_clip, model.id.find("2.1-i2v") != model.id.npos || model.id.find("flf2v") != model.id.npos);
        std::set<std::string> roles;
        for (const auto& [part, ids] : model.parts)
            for (const std::string& id : ids)
                roles.insert(published().find_file(id)->role);
        for (const char* role : {"dit", "vae", "text-encoder"})
            EXPECT_TRUE(roles.contains(role)) << role;
        const CatalogFile* const vae = published().find_file(model.parts.at("vae").front());
        const bool is_5b = model.id.find("5b") != model.id.npos;
        EXPECT_EQ(vae->variant, is_5b ? "Wan VAE 2.2" : "Wan VAE 2.1");
        EXPECT_FALSE(model.title.empty());
    }
}

TEST(Catalog, ShardsComeWithAllOthersAndTheirIndex) {
    for (const CatalogModel& model : published().models) {
        for (const auto& [part, ids] : model.parts) {
            std::size_t shards = 0, promised = 0, indexes = 0;
            for (const std::string& id : ids) {
                const std::string& path = published().find_file(id)->path;
                if (path.ends_with(".index.json")) ++indexes;
                const auto of = path.find("-of-");
                if (of == path.npos) continue;
                ++shards;
                promised = std::stoul(path.substr(of + 4, 5));
            }
            EXPECT_EQ(shards, promised) << model.id << " " << part;
            EXPECT_EQ(indexes, shards > 0 ? 1u : 0u) << model.id << " " << part;
        }
    }
}

TEST(Catalog, EveryFileSaysWhatItIsAndWhereItsNumbersComeFrom) {
    std::set<std::string> places;
    for (const CatalogFile& file : published().files) {
        SCOPED_TRACE(file.id);
        EXPECT_FALSE(file.name.empty());
        EXPECT_FALSE(file.variant.empty());
        EXPECT_FALSE(file.source.empty());
        EXPECT_EQ(file.licence, "Apache-2.0");
        EXPECT_TRUE(places.insert(file.repo + "/" + file.path).second) << "listed twice";
        const std::set<std::string> roles{"dit", "vae", "text-encoder", "tokenizer", "clip", "lora", "config"};
        EXPECT_TRUE(roles.contains(file.role)) << file.role;
        if (file.sha256.empty() && file.size == 0) {
            EXPECT_THAT(file.source, HasSubstr("not known"));
        }
    }
}

TEST(Catalog, SizesOfPublishedFilesAreThoseOfTheirValues) {
    // 4, 2 and 1 bytes to a value and a header: a wrong digit shows here. Source: spec wan.md 1.1.
    const auto size = [](const char* id) { return static_cast<double>(published().find_file(id)->size); };
    EXPECT_NEAR(size("wan2.1-t2v-1.3b-dit"), 4.0 * 1418996800, 2e5);
    EXPECT_NEAR(size("comfy-wan2.1-t2v-1.3b-fp16"), 2.0 * 1418996800, 4e5);
    EXPECT_NEAR(size("wan2.1-vae"), 4.0 * 126892531, 2e5);
    EXPECT_NEAR(size("comfy-wan2.1-vae"), 2.0 * 126892531, 2e5);
    EXPECT_NEAR(size("wan2.2-vae"), 4.0 * 704688668, 2e5);
    EXPECT_NEAR(size("wan-umt5-bf16"), 2.0 * 5680910336, 2e5);
    EXPECT_NEAR(size("wan2.2-ti2v-5b-1") + size("wan2.2-ti2v-5b-2") + size("wan2.2-ti2v-5b-3"), 4.0 * 4999787712, 4e5);
}

std::string with(const std::string& file, const std::string& model = "") {
    return R"({"version":1,"files":[)" + file + R"(],"models":[)" + model + "]}";
}

TEST(Catalog, WhatIsWrongIsRefusedByName) {
    const std::string good = R"({"id":"a","role":"vae","repo":"x/y","path":"v.pth"})";
    ASSERT_TRUE(parse_catalog(with(good), "c").ok());
    const std::string hash(64, 'a');
    struct Bad {
        std::string text, field;
    };
    for (const Bad& bad : std::vector<Bad>{
             {"[]", "version"},
             {R"({"version":2,"files":[],"models":[]})", "version"},
             {R"({"version":1,"models":[]})", "files"},
             {with(R"({"id":"A","role":"vae","repo":"x/y","path":"v"})"), "A"},
             {with(R"({"id":"a","role":"vae","repo":"x/y","path":"../v"})"), "a"},
             {with(R"({"id":"a","role":"vae","repo":"x/y","path":"/v"})"), "a"},
             {with(R"({"id":"a","role":"vae","repo":"x/y","path":"v","size":-1})"), "a"},
             {with(R"({"id":"a","role":"vae","repo":"x/y","path":"v","sha256":"12"})"), "a"},
             {with(R"({"id":"a","role":"vae","repo":"x/y","path":"v","wheel":1})"), "a"},
             {with(R"({"id":"a","role":"vae","repo":"x/y","path":"v","url":"http://x/v"})"), "a"},
             {with(R"({"id":"a","role":"vae","repo":"x/y","path":"v","needs":["b"]})"), "a"},
             {with(R"({"id":"a","role":"vae","repo":"x/y"})"), "a"},
             {with(good + "," + good), "a"},
             {with(good, R"({"id":"m","title":"M","kind":"text-to-video","parts":{"vae":["b"]}})"), "m"},
             {with(good, R"({"id":"m","title":"M","kind":"text-to-video","parts":{"vae":["a"]}})"), "m"},
             {with(good, R"({"id":"m","title":"M","kind":"text-to-video","parts":{"wheel":["a"]}})"), "m"}}) {
        const auto parsed = parse_catalog(bad.text, "c.json");
        ASSERT_FALSE(parsed.ok()) << bad.text;
        EXPECT_EQ(parsed.error().code, ErrorCode::kCorruptFile) << bad.text;
        EXPECT_EQ(parsed.error().field, bad.field) << bad.text;
        EXPECT_EQ(parsed.error().file, "c.json");
        EXPECT_FALSE(parsed.error().fix.empty());
    }
    EXPECT_TRUE(
        parse_catalog(with(R"({"id":"a","role":"vae","repo":"x/y","path":"v","sha256":")" + hash + "\"}"), "c").ok());
}

}  // namespace
}  // namespace studio

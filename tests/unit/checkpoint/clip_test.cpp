// The image tower of CLIP: names of both layouts, sizes from config and shapes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checkpoint/configs.h"
#include "shape_fixture.h"

namespace studio::checkpoint {
namespace {

using testing::HasSubstr;

/// The same tower under the names of the official file, its text side included.
std::unique_ptr<ShapeFixture> official() {
    auto made = std::make_unique<ShapeFixture>("clip_hf");
    ShapeFixture& fixture = *made;
    const auto names = fixture.recognised();
    EXPECT_TRUE(names.ok());
    Shapes shapes;
    for (const NamedTensor& tensor : names->tensors) {
        std::string name = tensor.name;
        if (name.find(".attn.k.") != name.npos || name.find(".attn.v.") != name.npos) continue;
        auto shape = tensor.shape;
        if (const auto at = name.find(".attn.q."); at != name.npos) {
            name.replace(at, 8, ".attn.to_qkv.");
            shape[0] *= 3;
        }
        shapes[name] = shape;
    }
    shapes["visual.head"] = {48, 16};
    shapes["log_scale"] = {};
    shapes["textual.token_embedding.weight"] = {9, 8};
    fixture.shapes = shapes;
    return made;
}

Error refused(const ShapeFixture& fixture) {
    const auto found = fixture.recognised();
    EXPECT_TRUE(found.ok());
    const auto config = clip_config(*found);
    EXPECT_FALSE(config.ok());
    return config.ok() ? Error{} : config.error();
}

TEST(Clip, BothLayoutsHaveTheSameSizes) {
    const ShapeFixture hf("clip_hf");
    const auto pth = official();
    const auto split = hf.recognised(), fused = pth->recognised();
    ASSERT_TRUE(split.ok() && fused.ok());
    EXPECT_EQ(fused->layout, "official");
    const auto a = clip_config(*split), b = clip_config(*fused);
    ASSERT_TRUE(a.ok()) << a.error().message;
    ASSERT_TRUE(b.ok()) << b.error().message;
    EXPECT_EQ(a->dim, 48);
    EXPECT_EQ(a->num_heads, 3);
    EXPECT_EQ(a->head_dim, 16);
    EXPECT_EQ(a->num_layers, 3);
    EXPECT_EQ(a->mlp_dim, 192);
    EXPECT_EQ(a->patch_size, 14);
    EXPECT_EQ(a->image_size, 56);
    EXPECT_EQ(a->tokens(), 17);
    EXPECT_EQ(b->mlp_dim, a->mlp_dim);
    EXPECT_FALSE(a->has_fused_qkv);
    EXPECT_TRUE(b->has_fused_qkv);
    EXPECT_EQ(find(*split, "visual.cls_embedding")->shape, (std::vector<std::int64_t>{1, 1, 48}));
    EXPECT_EQ(find(*split, "visual.pos_embedding")->shape, (std::vector<std::int64_t>{1, 17, 48}));
}

TEST(Clip, TheTextSideIsLeftOut) {
    const auto found = official()->recognised();
    ASSERT_TRUE(found.ok());
    for (const NamedTensor& tensor : found->tensors)
        EXPECT_EQ(tensor.name.substr(0, 7), "visual.") << tensor.name;
}

TEST(Clip, HeadsAre80WideWithoutAConfig) {
    ShapeFixture fixture("clip_hf");
    fixture.config = nullptr;
    EXPECT_THAT(refused(fixture).message, HasSubstr("no multiple of 80"));
    for (auto& [name, shape] : fixture.shapes) {
        for (auto& side : shape)
            side = side == 48 ? 160 : side;
    }
    const auto config = clip_config(*fixture.recognised());
    ASSERT_TRUE(config.ok()) << config.error().message;
    EXPECT_EQ(config->num_heads, 2);
}

TEST(Clip, TheTransformersConfigInTheSameFolderIsNotAsked) {
    ShapeFixture fixture("clip_hf");
    for (auto& [name, shape] : fixture.shapes) {
        for (auto& side : shape)
            side = side == 48 ? 80 : side;
    }
    fixture.config = {{"_class_name", "WanModel"}, {"dim", 128}, {"num_heads", 7}};
    const auto config = clip_config(*fixture.recognised());
    ASSERT_TRUE(config.ok()) << config.error().message;
    EXPECT_EQ(config->num_heads, 1);
}

TEST(Clip, WhatDoesNotFitIsNamed) {
    struct Change {
        const char* key;
        Json value;
        ErrorCode code;
    };
    for (const Change& change : std::initializer_list<Change>{{"hidden_size", 49, ErrorCode::kCorruptFile},
                                                              {"num_attention_heads", 5, ErrorCode::kCorruptFile},
                                                              {"num_hidden_layers", 4, ErrorCode::kCorruptFile},
                                                              {"image_size", 224, ErrorCode::kCorruptFile},
                                                              {"hidden_act", "quick_gelu", ErrorCode::kUnsupported},
                                                              {"layer_norm_eps", 2, ErrorCode::kCorruptFile}}) {
        ShapeFixture fixture("clip_hf");
        fixture.config[change.key] = change.value;
        const Error error = refused(fixture);
        EXPECT_EQ(error.code, change.code) << change.key;
        EXPECT_EQ(error.field, change.key);
        EXPECT_THAT(error.file, HasSubstr("config.json"));
    }
    ShapeFixture rows("clip_hf");
    rows.shapes["vision_model.embeddings.position_embedding.weight"] = {18, 48};
    EXPECT_EQ(refused(rows).field, "visual.pos_embedding");
}

TEST(Clip, EveryTensorIsNeededButThoseAfterTheLastBlock) {
    const ShapeFixture all("clip_hf");
    for (const auto& [name, shape] : all.shapes) {
        ShapeFixture fixture("clip_hf");
        fixture.shapes.erase(name);
        const bool is_used = name.find("post_layernorm") == name.npos && name.find("projection") == name.npos;
        const auto found = fixture.recognised();
        ASSERT_TRUE(found.ok());
        EXPECT_EQ(clip_config(*found).ok(), !is_used) << name;
    }
}

}  // namespace
}  // namespace studio::checkpoint

// Scaled 8-bit layouts: what a weight and its scale must be to each other.
#include "checkpoint/schemes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checkpoint/configs.h"
#include "shape_fixture.h"

namespace studio::checkpoint {
namespace {

using io::DType;
using testing::HasSubstr;

const std::string kLayer = "blocks.0.ffn.0";

/// One layer of the tiny transformer made 8-bit.
struct Quantised {
    std::shared_ptr<ShapeFixture> owned = std::make_shared<ShapeFixture>("dit_t2v_official");
    ShapeFixture& fixture = *owned;

    explicit Quantised(DType type) { fixture.dtypes[kLayer + ".weight"] = type; }
    Quantised& with(const std::string& name, DType type, std::vector<std::int64_t> shape) {
        fixture.shapes[name] = std::move(shape);
        fixture.dtypes[name] = type;
        return *this;
    }
    Quantised& scale(const std::string& suffix, std::vector<std::int64_t> shape, DType type = DType::kF32) {
        return with(kLayer + suffix, type, std::move(shape));
    }
    Quantised& as_int8_weight() {
        fixture.shapes[kLayer + ".int8_weight"] = fixture.shapes[kLayer + ".weight"];
        fixture.shapes.erase(kLayer + ".weight");
        fixture.dtypes[kLayer + ".int8_weight"] = DType::kI8;
        return *this;
    }
};

void expect_scheme(const Quantised& quantised, Scheme scheme, const std::string& stored, const std::string& scale) {
    const auto found = quantised.fixture.recognised();
    ASSERT_TRUE(found.ok()) << found.error().message;
    EXPECT_TRUE(dit_config(*found).ok());
    const NamedTensor* const weight = find(*found, kLayer + ".weight");
    ASSERT_NE(weight, nullptr);
    EXPECT_EQ(weight->scheme, scheme);
    EXPECT_EQ(stored_as(*weight), stored);
    ASSERT_NE(weight->scale, nullptr);
    EXPECT_EQ(weight->scale->name, scale);
    EXPECT_EQ(found->tensors.size(), ShapeFixture("dit_t2v_official").shapes.size());
}

TEST(Schemes, EveryLayoutIsFolded) {
    expect_scheme(Quantised(DType::kF8E4M3)
                      .scale(".scale_weight", {})
                      .scale(".scale_input", {})
                      .with("scaled_fp8", DType::kF8E4M3, {0}),
                  Scheme::kTensorScale, "F8_E4M3*scale", kLayer + ".scale_weight");
    expect_scheme(Quantised(DType::kF8E5M2).scale(".scale_weight", {1}).with("scaled_fp8", DType::kF32, {2}),
                  Scheme::kTensorScale, "F8_E5M2*scale", kLayer + ".scale_weight");
    expect_scheme(Quantised(DType::kF8E4M3).scale(".weight_scale", {}).scale(".input_scale", {1}), Scheme::kTensorScale,
                  "F8_E4M3*scale", kLayer + ".weight_scale");
    expect_scheme(Quantised(DType::kI8).scale(".weight_scale", {128, 1}), Scheme::kRowScale, "I8*row scale",
                  kLayer + ".weight_scale");
    expect_scheme(Quantised(DType::kF8E4M3).scale(".weight_scale", {128}), Scheme::kRowScale, "F8_E4M3*row scale",
                  kLayer + ".weight_scale");
    expect_scheme(Quantised(DType::kI8).as_int8_weight().scale(".scale", {1, 1}), Scheme::kTileScale, "I8+scale128",
                  kLayer + ".scale");
}

TEST(Schemes, ThePrefixMayStandBeforeTheMarkerOrNot) {
    for (const char* marker : {"scaled_fp8", "model.diffusion_model.scaled_fp8"}) {
        Quantised quantised(DType::kF8E4M3);
        quantised.scale(".scale_weight", {});
        quantised.fixture.add_prefix("model.diffusion_model.");
        quantised.fixture.dtypes = {{"model.diffusion_model." + kLayer + ".weight", DType::kF8E4M3},
                                    {"model.diffusion_model." + kLayer + ".scale_weight", DType::kF32}};
        quantised.with(marker, DType::kF8E4M3, {0});
        const auto found = quantised.fixture.recognised();
        ASSERT_TRUE(found.ok()) << found.error().message;
        EXPECT_EQ(find(*found, "scaled_fp8"), nullptr);
        EXPECT_EQ(find(*found, kLayer + ".weight")->scheme, Scheme::kTensorScale);
    }
}

TEST(Schemes, DiffusersNamesToo) {
    ShapeFixture fixture("dit_t2v_diffusers");
    fixture.dtypes["blocks.0.attn1.to_out.0.weight"] = DType::kF8E4M3;
    fixture.shapes["blocks.0.attn1.to_out.0.scale_weight"] = {1};
    fixture.dtypes["blocks.0.attn1.to_out.0.scale_weight"] = DType::kF32;
    const auto found = fixture.recognised();
    ASSERT_TRUE(found.ok()) << found.error().message;
    EXPECT_EQ(find(*found, "blocks.0.self_attn.o.weight")->scheme, Scheme::kTensorScale);
}

TEST(Schemes, PlainFp8NeedsNoScaleUnlessTheFileHasThem) {
    const auto plain = Quantised(DType::kF8E4M3).fixture.recognised();
    ASSERT_TRUE(plain.ok());
    EXPECT_EQ(stored_as(*find(*plain, kLayer + ".weight")), "F8_E4M3");
    for (const bool by_marker : {true, false}) {
        Quantised quantised(DType::kF8E4M3);
        if (by_marker) {
            quantised.with("scaled_fp8", DType::kF8E4M3, {0});
        } else {
            quantised.fixture.dtypes["blocks.0.ffn.2.weight"] = DType::kF8E4M3;
            quantised.with("blocks.0.ffn.2.scale_weight", DType::kF32, {});
        }
        const auto found = quantised.fixture.recognised();
        ASSERT_FALSE(found.ok());
        EXPECT_EQ(found.error().code, ErrorCode::kCorruptFile);
        EXPECT_EQ(found.error().field, kLayer + ".weight");
    }
}

struct Bad {
    const char* what;
    Quantised file;
    std::string field;
};

std::vector<Bad> bad_files() {
    const auto fp8 = [] { return Quantised(DType::kF8E4M3); };
    const auto int8 = [] { return Quantised(DType::kI8); };
    return {
        {"a scale for a 16-bit weight", Quantised(DType::kBF16).scale(".scale_weight", {}), kLayer + ".scale_weight"},
        {"a scale of two numbers", fp8().scale(".scale_weight", {2}), kLayer + ".scale_weight"},
        {"a scale per column", int8().scale(".weight_scale", {1, 128}), kLayer + ".weight_scale"},
        {"one scale for a whole int8 matrix", int8().scale(".weight_scale", {1}), kLayer + ".weight_scale"},
        {"a scale that is no F32", fp8().scale(".scale_weight", {}, DType::kI32), kLayer + ".scale_weight"},
        {"an input scale that is a vector", fp8().scale(".scale_weight", {}).scale(".scale_input", {3}),
         kLayer + ".scale_input"},
        {"tiles that do not fit", int8().as_int8_weight().scale(".scale", {2, 1}), kLayer + ".scale"},
        {"int8 without its tiles", int8().as_int8_weight(), kLayer + ".int8_weight"},
        {"a scale without a weight", Quantised(DType::kBF16).with("blocks.0.extra.scale_weight", DType::kF32, {}),
         "blocks.0.extra.scale_weight"},
        {"a scale for a vector",
         [] {
             Quantised out(DType::kBF16);
             out.fixture.dtypes["blocks.0.norm3.weight"] = DType::kF8E4M3;
             return out.with("blocks.0.norm3.scale_weight", DType::kF32, {});
         }(),
         "blocks.0.norm3.scale_weight"},
        {"two scales", fp8().scale(".scale_weight", {}).scale(".weight_scale", {}), kLayer + ".weight_scale"},
        {"two weights", int8().with(kLayer + ".int8_weight", DType::kI8, {128, 128}).scale(".scale", {1, 1}),
         kLayer + ".weight"},
    };
}

TEST(Schemes, WhatDoesNotFitIsRefusedByName) {
    for (const Bad& bad : bad_files()) {
        const auto found = bad.file.fixture.recognised();
        ASSERT_FALSE(found.ok()) << bad.what;
        EXPECT_EQ(found.error().code, ErrorCode::kCorruptFile) << bad.what;
        EXPECT_EQ(found.error().field, bad.field) << bad.what;
        EXPECT_THAT(found.error().file, HasSubstr("weights.safetensors"));
        EXPECT_FALSE(found.error().fix.empty());
    }
}

/// comfy_quant is read, so this one needs bytes.
Result<Recognised> with_format(const std::string& text, DType type) {
    const std::string weight(64, '\x30'), number("\x00\x00\x80\x3f", 4), wide(512, '\x11');
    std::vector<io::TensorBytes> tensors;
    const auto add = [&](const char* name, DType dtype, std::vector<std::int64_t> shape, const std::string& bytes) {
        tensors.push_back({name, dtype, std::move(shape), std::as_bytes(std::span(bytes))});
    };
    add("blocks.0.ffn.0.comfy_quant", DType::kU8, {static_cast<std::int64_t>(text.size())}, text);
    add("blocks.0.ffn.0.weight", type, {8, 8}, weight);
    add("blocks.0.ffn.0.weight_scale", DType::kF32, {}, number);
    add("head.modulation", DType::kBF16, {1, 2, 128}, wide);
    add("blocks.0.modulation", DType::kBF16, {1, 2, 128}, wide);
    add("head.head.weight", DType::kBF16, {2, 128}, wide);
    static test::TempFolder folder;
    const auto file = folder / "weights.safetensors";
    EXPECT_TRUE(io::write_safetensors(file, tensors).ok());
    return recognise(io::Checkpoint::open(file).value());
}

TEST(Schemes, ComfyQuantIsReadAndOtherFormatsAreNamed) {
    const auto good = with_format(R"({"format": "float8_e4m3fn"})", DType::kF8E4M3);
    ASSERT_TRUE(good.ok()) << good.error().message;
    EXPECT_EQ(stored_as(*find(*good, kLayer + ".weight")), "F8_E4M3*scale");
    EXPECT_TRUE(with_format(R"({"format": "float8_e4m3fn", "full_precision_matrix_mult": true})", DType::kF8E4M3).ok());
    for (const char* text :
         {R"({"format": "int8_tensorwise"})", R"({"format": "float8_e5m2"})", R"({})", R"({"format": 3})"}) {
        const auto found = with_format(text, DType::kF8E4M3);
        ASSERT_FALSE(found.ok()) << text;
        EXPECT_EQ(found.error().code, ErrorCode::kUnsupported) << text;
        EXPECT_EQ(found.error().field, kLayer + ".comfy_quant");
    }
    for (const char* text : {"nonsense", "[]"}) {
        const auto found = with_format(text, DType::kF8E4M3);
        ASSERT_FALSE(found.ok()) << text;
        EXPECT_EQ(found.error().code, ErrorCode::kCorruptFile) << text;
    }
}

TEST(Schemes, TheTableInTheHeaderIsReadToo) {
    const auto with_table = [](const std::string& table) {
        ShapeFixture fixture("dit_t2v_official");
        auto checkpoint = std::make_shared<NamesOnly>();
        checkpoint->main = "weights.safetensors";
        checkpoint->paths = {checkpoint->main};
        checkpoint->meta["_quantization_metadata"] = table;
        for (const auto& [name, shape] : fixture.shapes)
            checkpoint->infos.push_back({name, DType::kF8E4M3, shape, 0, 0, 0, {}});
        return recognise(std::move(checkpoint));
    };
    EXPECT_TRUE(with_table(R"({"layers": {"blocks.0.ffn.0": {"format": "float8_e4m3fn"}, "other": {}}})").ok());
    EXPECT_EQ(with_table(R"({"layers": {"blocks.0.ffn.0": {"format": "int8_rotated"}}})").error().code,
              ErrorCode::kUnsupported);
    EXPECT_EQ(with_table("[1]").error().code, ErrorCode::kCorruptFile);
}

TEST(Schemes, AnEmbeddedTokeniserIsNoTensorOfTheNetwork) {
    ShapeFixture fixture("umt5_hf");
    const std::size_t before = fixture.recognised()->tensors.size();
    fixture.shapes["spiece_model"] = {1000};
    fixture.dtypes["spiece_model"] = DType::kU8;
    EXPECT_EQ(fixture.recognised()->tensors.size(), before);
}

}  // namespace
}  // namespace studio::checkpoint

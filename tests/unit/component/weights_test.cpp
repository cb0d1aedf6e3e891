// component weights: real values of every scheme, names without scales and markers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <functional>

#include "support/component_run.h"
#include "support/temp_folder.h"
#include "support/tiny_models.h"

namespace studio::component {
namespace {

using namespace test;
using io::DType;

constexpr std::int64_t kRows = 130, kColumns = 257;  // no multiple of a tile

std::string floats(const std::vector<float>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

/// One layer of a network that is known for a transformer by its other tensors.
struct Layer {
    TinyModel model;
    std::vector<float> stored;  // as numbers

    Layer(const std::string& weight, DType type) {
        model.add("head.modulation", {1, 2, 4}).add("blocks.0.modulation", {1, 6, 4}).add("head.head.weight", {4, 4});
        model.add("blocks.0.ffn.0" + weight, {kRows, kColumns}, type);
        std::string bytes;
        for (std::int64_t i = 0; i < kRows * kColumns; ++i) {
            if (type == DType::kI8) {
                const auto value = static_cast<signed char>(i * 7 % 255 - 127);
                bytes += static_cast<char>(value);
                stored.push_back(value);
            } else {  // F8_E4M3: 1.0, 1.5, -2.0, 0.0
                static const std::pair<char, float> kValues[] = {
                    {0x38, 1.F}, {0x3C, 1.5F}, {char(0xC0), -2.F}, {0, 0.F}};
                bytes += kValues[i % 4].first;
                stored.push_back(kValues[i % 4].second);
            }
        }
        model.bytes["blocks.0.ffn.0" + weight] = bytes;
    }
    void scale(const std::string& suffix, std::vector<std::int64_t> shape, const std::vector<float>& values) {
        model.add("blocks.0.ffn.0" + suffix, std::move(shape), DType::kF32);
        model.bytes["blocks.0.ffn.0" + suffix] = floats(values);
    }
};

void expect_values(const Layer& layer, const std::string& stored_as,
                   const std::function<float(std::int64_t, std::int64_t)>& scale) {
    const test::TempFolder folder;
    const auto file = write_safetensors(folder / "x.safetensors", layer.model);
    const auto done = test::run_component({"weights", "--model", file.string(), "--json-errors"});
    ASSERT_EQ(done.code, 0) << done.err;
    const Json report = Json::parse(done.out);
    EXPECT_EQ(report["kind"], "dit");
    ASSERT_EQ(report["tensors"].size(), 4u);  // no scale, no marker
    const auto at = std::find_if(report["tensors"].begin(), report["tensors"].end(),
                                 [](const Json& one) { return one["name"] == "blocks.0.ffn.0.weight"; });
    ASSERT_NE(at, report["tensors"].end());
    EXPECT_EQ((*at)["stored"], stored_as);
    EXPECT_EQ((*at)["shape"], (Json{kRows, kColumns}));
    double sum = 0, magnitude = 0, cosine = 0;
    for (std::int64_t i = 0; i < kRows * kColumns; ++i) {
        const float value = layer.stored[static_cast<std::size_t>(i)] * scale(i / kColumns, i % kColumns);
        sum += value;
        magnitude += std::fabs(value);
        cosine += value * std::cos(0.37 * static_cast<double>(i));
    }
    EXPECT_NEAR((*at)["sum"].get<double>(), sum, 1e-9 * magnitude);
    EXPECT_NEAR((*at)["abs"].get<double>(), magnitude, 1e-9 * magnitude);
    EXPECT_NEAR((*at)["cos"].get<double>(), cosine, 1e-9 * magnitude);
}

TEST(Weights, OneScaleForATensor) {
    Layer layer(".weight", DType::kF8E4M3);
    layer.scale(".scale_weight", {}, {0.25F});
    layer.scale(".scale_input", {}, {3});
    layer.model.add("scaled_fp8", {0}, DType::kF8E4M3);
    expect_values(layer, "F8_E4M3*scale", [](auto, auto) { return 0.25F; });
}

TEST(Weights, OneScaleForARow) {
    Layer layer(".weight", DType::kI8);
    std::vector<float> scales;
    for (std::int64_t row = 0; row < kRows; ++row)
        scales.push_back(0.5F + static_cast<float>(row));
    layer.scale(".weight_scale", {kRows, 1}, scales);
    expect_values(layer, "I8*row scale", [](auto row, auto) { return 0.5F + static_cast<float>(row); });
}

TEST(Weights, OneScaleForATileTheLastOnesSmaller) {
    Layer layer(".int8_weight", DType::kI8);
    layer.scale(".scale", {2, 3}, {1, 2, 3, 4, 5, 6});
    expect_values(layer, "I8+scale128",
                  [](auto row, auto column) { return static_cast<float>(1 + row / 128 * 3 + column / 128); });
}

TEST(Weights, NoScaleAtAll) {
    expect_values(Layer(".weight", DType::kF8E4M3), "F8_E4M3", [](auto, auto) { return 1.F; });
}

TEST(Weights, AScaleThatIsNoNumberIsRefused) {
    Layer layer(".weight", DType::kF8E4M3);
    layer.scale(".scale_weight", {1}, {std::nanf("")});
    const test::TempFolder folder;
    const auto file = write_safetensors(folder / "x.safetensors", layer.model);
    const auto done = test::run_component({"weights", "--model", file.string(), "--json-errors"});
    EXPECT_EQ(done.code, 3);
    EXPECT_EQ(done.field("code"), "CorruptFile");
    EXPECT_EQ(done.field("field"), "blocks.0.ffn.0.scale_weight");
}

TEST(Weights, AWeightThatIsNoNumberIsRefused) {
    Layer layer(".weight", DType::kF8E4M3);
    layer.model.bytes["blocks.0.ffn.0.weight"][77] = 0x7F;  // NaN in E4M3
    const test::TempFolder folder;
    const auto file = write_safetensors(folder / "x.safetensors", layer.model);
    const auto done = test::run_component({"weights", "--model", file.string(), "--json-errors"});
    EXPECT_EQ(done.code, 3);
    EXPECT_EQ(done.field("field"), "blocks.0.ffn.0.weight");
}

TEST(Weights, FilesOfAnyKindAreListed) {
    const test::TempFolder folder;
    TinyModel model;
    model.add("wheel", {2, 2}, DType::kF32);
    model.bytes["wheel"] = floats({1, 2, 3, 4});
    const auto done =
        test::run_component({"weights", "--model", write_safetensors(folder / "w.safetensors", model).string()});
    ASSERT_EQ(done.code, 0) << done.err;
    const Json report = Json::parse(done.out);
    EXPECT_EQ(report["kind"], "other");
    EXPECT_EQ(report["tensors"][0]["sum"], 10.0);
}

}  // namespace
}  // namespace studio::component

// component attention against numbers of another implementation (tests/data/golden/README-networks.md).
#include <gtest/gtest.h>

#include "support/component_run.h"
#include "support/temp_folder.h"
#include "tensor/weights.h"

namespace studio {
namespace {

const std::filesystem::path kFile = std::filesystem::path(STUDIO_TEST_DATA) / "golden/attention.safetensors";

double relative_error(const at::Tensor& got, const at::Tensor& want) {
    if (!got.sizes().equals(want.sizes())) return std::numeric_limits<double>::infinity();
    return got.to(at::kDouble).sub(want).norm().item<double>() / want.to(at::kDouble).norm().item<double>();
}

class AttentionGolden : public testing::Test {
  protected:
    std::map<std::string, at::Tensor> run(const std::string& options, const std::filesystem::path& inputs = kFile) {
        const auto out = folder_.path() / "out.safetensors";
        const auto outcome = test::run_component(
            {"attention", "--inputs", inputs.string(), "--outputs", out.string(), "--options", options});
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        return outcome.code == 0 ? read_tensors(out) : std::map<std::string, at::Tensor>{};
    }
    std::map<std::string, at::Tensor> want_ = read_tensors(kFile);
    test::TempFolder folder_;
};

TEST_F(AttentionGolden, SlaInBothPrecisions) {
    for (const auto& [precision, bound] : {std::pair{"fp32", 1e-5}, std::pair{"bf16", 1e-2}}) {
        auto got = run(R"({"kind": "sla", "sla_topk": 0.1, "precision": ")" + std::string(precision) + R"("})");
        ASSERT_TRUE(got.contains("out") && got.contains("mask") && got.contains("sparse"));
        EXPECT_TRUE(at::equal(got.at("mask"), want_.at("mask"))) << precision;
        EXPECT_LE(relative_error(got.at("out"), want_.at("out")), bound) << precision;
    }
}

// A file that widened the bf16 values is the same input: the map keeps the rounding of the values' type.
TEST_F(AttentionGolden, WidenedValuesSelectTheSameBlocks) {
    std::map<std::string, at::Tensor> widened;
    for (const char* name : {"q", "k", "v", "proj_l.weight", "proj_l.bias"})
        widened[name] = want_.at(name).to(at::kFloat);
    const auto file = folder_.path() / "wide.safetensors";
    write_tensors(file, widened);
    auto got = run(R"({"kind": "sla"})", file);
    ASSERT_TRUE(got.contains("mask"));
    EXPECT_TRUE(at::equal(got.at("mask"), want_.at("mask")));
    EXPECT_LE(relative_error(got.at("out"), want_.at("out")), 1e-5);
}

TEST_F(AttentionGolden, QuantisedKindsAreQuantisedOnACpu) {
    auto exact = run(R"({"kind": "dense"})");
    auto sla = run(R"({"kind": "sla"})");
    ASSERT_TRUE(exact.contains("out") && sla.contains("sparse"));
    EXPECT_FALSE(exact.contains("mask"));
    for (const auto& [pv, bound] : {std::pair{"fp16", 0.021}, std::pair{"fp8", 0.045}}) {
        const std::string tail = R"(", "pv": ")" + std::string(pv) + R"("})";
        auto sage = run(R"({"kind": "sage)" + tail);
        auto sagesla = run(R"({"kind": "sagesla)" + tail);
        ASSERT_TRUE(sage.contains("out") && sagesla.contains("sparse"));
        for (const double e : {relative_error(sage.at("out"), exact.at("out")),
                               relative_error(sagesla.at("sparse"), sla.at("sparse"))}) {
            EXPECT_LE(e, bound) << pv;
            EXPECT_GE(e, 1e-3) << pv << ": nothing was quantised";
        }
    }
}

TEST_F(AttentionGolden, RefusesWhatDoesNotFit) {
    const auto code_and_field = [&](const std::map<std::string, at::Tensor>& tensors, const std::string& options) {
        const auto file = folder_.path() / "bad.safetensors";
        write_tensors(file, tensors);
        const auto outcome =
            test::run_component({"attention", "--inputs", file.string(), "--options", options, "--json-errors"});
        return std::pair<int, std::string>(outcome.code, outcome.error().at("field"));
    };
    const at::Tensor x = at::ones({1, 2, 5, 8});
    using Expected = std::pair<int, std::string>;
    const std::string sla = R"({"kind": "sla"})";
    EXPECT_EQ(code_and_field({{"q", x}, {"k", x}, {"v", x}}, sla), Expected(3, "proj_l.weight"));
    EXPECT_EQ(code_and_field({{"q", x}, {"k", x.slice(2, 0, 4)}, {"v", x}}, R"({"kind": "sage"})"), Expected(3, "k"));
    EXPECT_EQ(code_and_field({{"q", x[0]}, {"k", x}, {"v", x}}, R"({"kind": "dense"})"), Expected(3, "q"));
    EXPECT_EQ(code_and_field({{"q", x}}, R"({"kind": "flash"})"), Expected(2, "kind"));
    EXPECT_EQ(code_and_field({{"q", x}}, R"({"kind": "sla", "sla_topk": 0})"), Expected(2, "sla_topk"));
    EXPECT_EQ(code_and_field({{"q", x}}, R"({"kind": "sage", "pv": "fp4"})"), Expected(2, "pv"));
    EXPECT_EQ(code_and_field({{"q", x}}, "{}"), Expected(2, "kind"));
}

}  // namespace
}  // namespace studio

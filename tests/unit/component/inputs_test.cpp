// Tensors by name: prefixes, types whose values survive, shapes that do not fit.
#include "component/inputs.h"

#include <gtest/gtest.h>

#include "core/result.h"
#include "support/temp_folder.h"
#include "tensor/weights.h"

namespace studio::component {
namespace {

class ComponentInputs : public testing::Test {
  protected:
    void SetUp() override {
        write_tensors(file_, {{"x", at::full({2, 3}, 1.5F)},
                              {"a.x", at::full({2, 3}, 2.5F).to(at::kBFloat16)},
                              {"b.x", at::full({2, 3}, 3)},
                              {"half", at::full({2}, 0.1, at::kDouble)},
                              {"whole", at::full({2}, 7.0, at::kDouble)},
                              {"ids", at::full({1, 4}, 5, at::kInt)},
                              {"fraction", at::full({1, 4}, 0.5F)},
                              {"big", at::full({1}, 16777217, at::kLong)}});
    }

    Error refused(const std::function<void(const Inputs&)>& read) const {
        try {
            read(Inputs(file_, {""}));
        } catch (const Failure& failure) {
            EXPECT_FALSE(failure.error().fix.empty());
            return failure.error();
        }
        return {};
    }

    test::TempFolder folder_;
    std::filesystem::path file_ = folder_ / "in.safetensors";
};

TEST_F(ComponentInputs, PrefixesInOrderThenThePlainName) {
    const auto value = [&](std::vector<std::string> prefixes) {
        return Inputs(file_, std::move(prefixes)).f32("x", {2, kAny}, "").flatten()[0].item<double>();
    };
    EXPECT_EQ(value({""}), 1.5);
    EXPECT_EQ(value({"a."}), 2.5);
    EXPECT_EQ(value({"b.", "a."}), 3.0);
    EXPECT_EQ(value({"none.", "a."}), 2.5);
    EXPECT_EQ(value({"none."}), 1.5);
    EXPECT_EQ(value({}), 1.5);
}

TEST_F(ComponentInputs, OtherTypesWithTheSameValues) {
    const Inputs inputs(file_, {""});
    EXPECT_EQ(inputs.f32("whole", {2}, "").scalar_type(), at::kFloat);
    EXPECT_EQ(inputs.i64("ids", {1, 4}, "").scalar_type(), at::kLong);
    EXPECT_FALSE(inputs.optional_f32("absent", {1}, "").has_value());
    EXPECT_TRUE(inputs.optional_i64("ids", {1, kAny}, "").has_value());
}

TEST_F(ComponentInputs, ValuesThatWouldChangeAreRefused) {
    EXPECT_EQ(refused([](const Inputs& in) { (void)in.f32("half", {2}, ""); }).field, "half");
    EXPECT_EQ(refused([](const Inputs& in) { (void)in.f32("big", {1}, ""); }).field, "big");
    EXPECT_EQ(refused([](const Inputs& in) { (void)in.i64("fraction", {1, 4}, ""); }).field, "fraction");
}

TEST_F(ComponentInputs, WrongShapeNamesTensorFileAndShapes) {
    const Error error = refused([](const Inputs& in) { (void)in.f32("x", {2, 4}, "(rows, channels)"); });
    EXPECT_EQ(exit_code(error.code), 3);
    EXPECT_EQ(error.field, "x");
    EXPECT_EQ(error.file, file_.string());
    EXPECT_NE(error.message.find("[2, 3]"), std::string::npos) << error.message;
    EXPECT_NE(error.message.find("[2, 4]"), std::string::npos) << error.message;
    EXPECT_EQ(refused([](const Inputs& in) { (void)in.f32("x", {2, 3, 1}, ""); }).field, "x");
    EXPECT_EQ(refused([](const Inputs& in) { (void)in.f32("x", {}, ""); }).field, "x");
}

TEST_F(ComponentInputs, MissingTensorAndMissingFile) {
    const Error absent = refused([](const Inputs& in) { (void)in.f32("absent", {1}, ""); });
    EXPECT_EQ(absent.code, ErrorCode::kNotFound);
    EXPECT_EQ(absent.field, "absent");
    try {
        (void)Inputs(std::nullopt, {""}).f32("x", {1}, "");
        FAIL();
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.error().code, ErrorCode::kInvalidArgument);
        EXPECT_EQ(failure.error().field, "--inputs");
    }
    EXPECT_THROW(Inputs(std::filesystem::path("/nowhere/at/all.safetensors"), {""}), Failure);
}

}  // namespace
}  // namespace studio::component

// Typed options: wrong types, ranges and unknown keys name the option.
#include "component/options.h"

#include <gtest/gtest.h>

#include "core/result.h"

namespace studio::component {
namespace {

template <class F>
std::string refused(F&& read) {
    try {
        read();
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.error().code, ErrorCode::kInvalidArgument);
        EXPECT_FALSE(failure.error().message.empty());
        EXPECT_FALSE(failure.error().fix.empty());
        return failure.error().field;
    }
    return "accepted";
}

TEST(ComponentOptions, ValuesAndDefaults) {
    Options options(
        Json{{"flag", true}, {"steps", 4}, {"shift", 3}, {"text", "a"}, {"list", {"a", "b"}}, {"none", nullptr}});
    EXPECT_TRUE(options.boolean("flag", false));
    EXPECT_TRUE(options.boolean("other", true));
    EXPECT_EQ(options.integer("steps", std::nullopt, 1, 10), 4);
    EXPECT_EQ(options.integer("absent", 7, 1, 10), 7);
    EXPECT_EQ(options.number("shift", std::nullopt, 0, 10), 3.0);
    EXPECT_EQ(options.text("text", std::nullopt), "a");
    EXPECT_EQ(options.texts("text", std::nullopt), std::vector<std::string>{"a"});
    EXPECT_EQ(options.texts("list", std::nullopt), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(options.choice("text", std::nullopt, {"a", "b"}), "a");
    EXPECT_FALSE(options.optional_number("none", 0, 1).has_value());
    EXPECT_FALSE(options.has("none"));
    EXPECT_EQ(refused([&] { options.finish(); }), "accepted");
}

TEST(ComponentOptions, WrongTypes) {
    Options options(Json{{"a", "1"}, {"b", true}, {"c", 1.5}, {"d", nullptr}, {"e", {1, 2}}, {"f", Json::object()}});
    EXPECT_EQ(refused([&] { (void)options.integer("a", 1, 0, 9); }), "a");
    EXPECT_EQ(refused([&] { (void)options.integer("b", 1, 0, 9); }), "b");
    EXPECT_EQ(refused([&] { (void)options.number("b", 1.0, 0, 9); }), "b");
    EXPECT_EQ(refused([&] { (void)options.integer("c", 1, 0, 9); }), "c");
    EXPECT_EQ(refused([&] { (void)options.number("d", 1.0, 0, 9); }), "d");
    EXPECT_EQ(refused([&] { (void)options.boolean("c", false); }), "c");
    EXPECT_EQ(refused([&] { (void)options.text("c", ""); }), "c");
    EXPECT_EQ(refused([&] { (void)options.texts("e", std::nullopt); }), "e");
    EXPECT_EQ(refused([&] { (void)options.texts("f", std::nullopt); }), "f");
    EXPECT_EQ(refused([&] { (void)options.choice("a", "x", {"x", "y"}); }), "a");
    EXPECT_EQ(refused([&] { (void)options.choice("b", "x", {"x", "y"}); }), "b");
    EXPECT_EQ(refused([&] { (void)options.optional_object("e"); }), "e");
    EXPECT_EQ(refused([&] { (void)options.objects("f"); }), "f");
    EXPECT_EQ(refused([&] { (void)options.objects("e"); }), "e");
}

TEST(ComponentOptions, Ranges) {
    Options options(Json{{"low", -1}, {"high", 11}, {"huge", 18446744073709551615ULL}, {"near", 1.0000001}});
    EXPECT_EQ(refused([&] { (void)options.integer("low", 1, 0, 10); }), "low");
    EXPECT_EQ(refused([&] { (void)options.integer("high", 1, 0, 10); }), "high");
    EXPECT_EQ(refused([&] { (void)options.integer("huge", 1, -10, 10); }), "huge");
    EXPECT_EQ(refused([&] { (void)options.number("near", 1.0, 0, 1); }), "near");
    EXPECT_EQ(refused([&] { (void)options.number("low", 1.0, 0, 1); }), "low");
}

TEST(ComponentOptions, MissingAndUnknown) {
    Options options(Json{{"stpes", 4}});
    EXPECT_EQ(refused([&] { (void)options.integer("steps", std::nullopt, 1, 10); }), "steps");
    EXPECT_EQ(refused([&] { options.finish(); }), "stpes");
}

TEST(ComponentOptions, NestedObjectsNameTheirPath) {
    Options options(Json{{"model", {{"a", 1}, {"zz", 2}}}, {"lora", {{{"path", 3}}, {{"path", "x"}}}}});
    auto model = options.optional_object("model");
    ASSERT_TRUE(model.has_value());
    EXPECT_EQ(model->number("a", std::nullopt, 0, 1), 1);
    EXPECT_EQ(refused([&] { (void)model->number("b", std::nullopt, 0, 1); }), "model.b");
    EXPECT_EQ(refused([&] { model->finish(); }), "model.zz");
    auto loras = options.objects("lora");
    ASSERT_EQ(loras.size(), 2U);
    EXPECT_EQ(refused([&] { (void)loras[0].text("path", std::nullopt); }), "lora[0].path");
    EXPECT_EQ(loras[1].text("path", std::nullopt), "x");
}

}  // namespace
}  // namespace studio::component

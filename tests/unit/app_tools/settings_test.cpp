#include "app/settings_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <clocale>
#include <limits>
#include <set>

namespace studio {
namespace {

using ::testing::HasSubstr;

GenerationRequest valid() {
    GenerationRequest request;
    request.prompt = "a red ball";
    return request;
}

TEST(SettingsTable, NamesEveryMemberOfTheRequestOnce) {
    std::set<std::string_view> keys, flags;
    for (const Setting& setting : settings_table()) {
        EXPECT_TRUE(keys.insert(setting.key).second) << setting.key;
        EXPECT_TRUE(flags.insert(setting.flag).second) << setting.flag;
        EXPECT_FALSE(setting.help.empty()) << setting.key;
        EXPECT_TRUE(setting.flag.starts_with("--")) << setting.key;
    }
    const Json json = valid().to_json();
    for (const auto& [key, value] : json.items()) {
        if (key == "schema") continue;
        EXPECT_TRUE(keys.contains(key)) << "no setting for the member " << key;
    }
}

TEST(SettingsTable, FindsByKeyAndFlag) {
    ASSERT_NE(find_setting("num_frames"), nullptr);
    EXPECT_EQ(find_setting("num_frames"), find_setting("--frames"));
    EXPECT_EQ(find_setting("frames"), nullptr);
}

struct Refused {
    const char* key;
    const char* text;
};
class RefusedValues : public ::testing::TestWithParam<Refused> {};

TEST_P(RefusedValues, NameKeyTextAndWhatToDo) {
    GenerationRequest request = valid();
    const GenerationRequest before = request;
    const auto result = set_from_text(request, GetParam().key, GetParam().text);
    ASSERT_FALSE(result.ok()) << GetParam().key << " = " << GetParam().text;
    EXPECT_EQ(result.error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(result.error().field, GetParam().key);
    EXPECT_THAT(result.error().message, HasSubstr(GetParam().key));
    EXPECT_FALSE(result.error().fix.empty());
    EXPECT_EQ(request, before) << "a refused value must change nothing";
}

INSTANTIATE_TEST_SUITE_P(
    Faults112To117, RefusedValues,
    ::testing::Values(Refused{"steps", "0"}, Refused{"steps", "4.5"}, Refused{"steps", "four"}, Refused{"steps", ""},
                      Refused{"steps", " 4"}, Refused{"steps", "+4"}, Refused{"steps", "4 "}, Refused{"steps", "0x4"},
                      Refused{"steps", "1e1"}, Refused{"steps", "99999999999999999999"}, Refused{"width", "0"},
                      Refused{"width", "15"}, Refused{"width", "1000000000"}, Refused{"width", "-128"},
                      Refused{"height", "4294967360"}, Refused{"num_frames", "0"}, Refused{"num_frames", "-1"},
                      Refused{"num_frames", "1000000"}, Refused{"seed", "-2"}, Refused{"seed", "9223372036854775808"},
                      Refused{"seed", "18446744073709551616"}, Refused{"seed", "abc"}, Refused{"seed", "1e3"},
                      Refused{"guidance", "nan"}, Refused{"guidance", "inf"}, Refused{"guidance", "1e308"},
                      Refused{"guidance", "-1"}, Refused{"guidance", "1,5"}, Refused{"guidance", "0.5"},
                      Refused{"shift", "0"}, Refused{"shift", "5,0"}, Refused{"sigma_max", "-80"}, Refused{"fps", "0"},
                      Refused{"fps", "1000"}, Refused{"seconds", "0"}, Refused{"seconds", "1e9"}, Refused{"crf", "52"},
                      Refused{"crf", "-1"}, Refused{"threads", "-1"}, Refused{"threads", "100000"},
                      Refused{"sla_topk", "0"}, Refused{"sla_topk", "1.5"}, Refused{"sampler", "ddim"},
                      Refused{"sampler", ""}, Refused{"attention", "flash"}, Refused{"precision", "fp8"},
                      Refused{"device", "tpu"}, Refused{"size", "128"}, Refused{"size", "128x"},
                      Refused{"size", "x128"}, Refused{"size", "128x128x3"}, Refused{"size", "128*96"},
                      Refused{"prompt", "bad \xFF byte"}));

TEST(SetFromText, SaysThatDecimalsTakeAPoint) {
    GenerationRequest request = valid();
    const auto result = set_from_text(request, "guidance", "1,5");
    ASSERT_FALSE(result.ok());
    EXPECT_THAT(result.error().fix, HasSubstr("1.5"));
}

TEST(SetFromText, ReadsNumbersTheSameInACommaLocale) {
    const char* const comma = std::setlocale(LC_ALL, "de_DE.UTF-8");
    GenerationRequest request = valid();
    EXPECT_TRUE(set_from_text(request, "guidance", "1.5").ok());
    EXPECT_EQ(request.guidance, 1.5);
    EXPECT_FALSE(set_from_text(request, "guidance", "2,5").ok());
    EXPECT_EQ(request.guidance, 1.5);
    std::setlocale(LC_ALL, "C");
    if (comma == nullptr) GTEST_LOG_(INFO) << "no de_DE locale here: checked in the C locale only";
}

TEST(SetFromText, SetsEveryKind) {
    GenerationRequest r = valid();
    EXPECT_TRUE(set_from_text(r, "size", "832x480").ok());
    EXPECT_EQ(r.width, 832);
    EXPECT_EQ(r.height, 480);
    EXPECT_TRUE(set_from_text(r, "--frames", "17").ok());
    EXPECT_EQ(r.num_frames, 17);
    EXPECT_TRUE(set_from_text(r, "fps", "23.976").ok());
    EXPECT_EQ(r.fps, 23.976);
    EXPECT_TRUE(set_from_text(r, "seed", "9223372036854775807").ok());
    EXPECT_EQ(r.seed, std::numeric_limits<std::int64_t>::max());
    EXPECT_TRUE(set_from_text(r, "seed", "-1").ok());
    EXPECT_EQ(r.seed, -1);
    EXPECT_TRUE(set_from_text(r, "sampler", "unipc").ok());
    EXPECT_EQ(r.sampler, "unipc");
    EXPECT_TRUE(set_from_text(r, "crf", "0").ok());
    EXPECT_EQ(r.crf, 0);
    EXPECT_TRUE(set_from_text(r, "output", "some file.mp4").ok());
    EXPECT_EQ(r.output, "some file.mp4");
    EXPECT_TRUE(set_from_text(r, "prompt", "一个红色的球").ok());
    EXPECT_EQ(r.prompt, "一个红色的球");
}

TEST(SetFromText, LaterLengthReplacesEarlier) {
    GenerationRequest r = valid();
    EXPECT_TRUE(set_from_text(r, "num_frames", "17").ok());
    EXPECT_TRUE(set_from_text(r, "seconds", "2").ok());
    EXPECT_FALSE(r.num_frames.has_value());
    EXPECT_EQ(r.seconds, 2.0);
    EXPECT_TRUE(set_from_text(r, "num_frames", "9").ok());
    EXPECT_FALSE(r.seconds.has_value());
}

TEST(SetFromText, UnknownKeyIsAnError) {
    GenerationRequest r = valid();
    const auto result = set_from_text(r, "stepz", "4");
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().field, "stepz");
}

TEST(CheckRanges, PassesDefaults) {
    EXPECT_TRUE(check_ranges(valid()).ok());
}

void expect_refused(const GenerationRequest& request, const std::string& field) {
    const auto result = check_ranges(request);
    ASSERT_FALSE(result.ok()) << field;
    EXPECT_EQ(result.error().field, field);
    EXPECT_FALSE(result.error().fix.empty());
}

TEST(CheckRanges, RefusesBadPrompts) {
    GenerationRequest r = valid();
    r.prompt = "";
    expect_refused(r, "prompt");
    r.prompt = " \t\n ";
    expect_refused(r, "prompt");
    r.prompt = std::string(kMaxPromptBytes + 1, 'a');
    expect_refused(r, "prompt");
    r.prompt = std::string(kMaxPromptBytes, 'a');
    EXPECT_TRUE(check_ranges(r).ok());
    r.prompt = "ab\xC3";
    expect_refused(r, "prompt");
    EXPECT_THAT(check_ranges(r).error().message, HasSubstr("byte 2"));
    r = valid();
    r.negative_prompt = "\x80";
    expect_refused(r, "negative_prompt");
}

TEST(CheckRanges, RefusesValuesThatNoTextCouldSet) {
    GenerationRequest r = valid();
    r.guidance = std::numeric_limits<double>::quiet_NaN();
    expect_refused(r, "guidance");
    r = valid();
    r.shift = std::numeric_limits<double>::infinity();
    expect_refused(r, "shift");
    r = valid();
    r.seed = -5;
    expect_refused(r, "seed");
    r = valid();
    r.threads = -3;
    expect_refused(r, "threads");
    r = valid();
    r.device = "CPU";
    expect_refused(r, "device");
    r = valid();
    r.width = 0;
    expect_refused(r, "width");
}

TEST(CheckRanges, TwoLengthsMustAgree) {
    GenerationRequest r = valid();
    r.num_frames = 17;
    r.seconds = 1;
    r.fps = 16;
    EXPECT_TRUE(check_ranges(r).ok());
    r.seconds = 5;
    expect_refused(r, "seconds");
}

}  // namespace
}  // namespace studio

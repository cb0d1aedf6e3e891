#include "app/generation_request.h"

#include <gtest/gtest.h>

#include <limits>

namespace studio {
namespace {

GenerationRequest full_request() {
    GenerationRequest r;
    r.model = "模型/demo";
    r.prompt = "a \"fox\" 狐狸\n\u200d";
    r.negative_prompt = "blur";
    r.width = 832;
    r.height = 480;
    r.num_frames = 81;
    r.seconds = 5.0625;
    r.fps = 23.976;
    r.steps = 50;
    r.sampler = "unipc";
    r.guidance = 5.1;
    r.shift = 1.0 / 3;
    r.sigma_max = 80;
    r.seed = std::numeric_limits<std::int64_t>::max();
    r.attention = "dense";
    r.sla_topk = 0.15;
    r.precision = "bf16";
    r.device = "cpu";
    r.threads = 3;
    r.output = "out.mp4";
    r.crf = 20;
    return r;
}

TEST(GenerationRequest, RoundTripsThroughText) {
    for (const GenerationRequest& request : {GenerationRequest{}, full_request()}) {
        const auto json = parse_json(request.to_json().dump(), "test");
        ASSERT_TRUE(json.ok());
        const auto back = GenerationRequest::from_json(*json);
        ASSERT_TRUE(back.ok()) << back.error().message;
        EXPECT_EQ(*back, request);
    }
}

TEST(GenerationRequest, OpenValuesAreAbsentAndNullMeansOpen) {
    EXPECT_FALSE(GenerationRequest{}.to_json().contains("width"));
    const auto request = GenerationRequest::from_json({{"width", nullptr}, {"prompt", "x"}});
    ASSERT_TRUE(request.ok());
    EXPECT_FALSE(request->width.has_value());
}

struct Bad {
    const char* json;
    const char* field;
};
class GenerationRequestBad : public testing::TestWithParam<Bad> {};

TEST_P(GenerationRequestBad, IsRefusedNamingTheKey) {
    const auto request = GenerationRequest::from_json(Json::parse(GetParam().json));
    ASSERT_FALSE(request.ok());
    EXPECT_EQ(request.error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(request.error().field, GetParam().field);
    EXPECT_FALSE(request.error().fix.empty());
}

INSTANTIATE_TEST_SUITE_P(Values, GenerationRequestBad,
                         testing::Values(Bad{R"({"widht": 1})", "widht"}, Bad{R"({"width": "832"})", "width"},
                                         Bad{R"({"width": 832.5})", "width"}, Bad{R"({"width": 99999999999})", "width"},
                                         Bad{R"({"seed": 9223372036854775808})", "seed"},
                                         Bad{R"({"seed": 1e3})", "seed"}, Bad{R"({"prompt": 5})", "prompt"},
                                         Bad{R"({"guidance": true})", "guidance"},
                                         Bad{R"({"guidance": "5,0"})", "guidance"}, Bad{R"({"schema": 2})", "schema"},
                                         Bad{R"({"schema": "1"})", "schema"}, Bad{R"([1])", "settings"},
                                         Bad{R"({"model": null})", "model"}));

}  // namespace
}  // namespace studio

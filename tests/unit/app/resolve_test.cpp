// From a request to a plan: defaults, refusals with what would work, notices.
#include "app/resolve.h"

#include <gtest/gtest.h>

#include <set>

#include "app/engine_client.h"
#include "core/text.h"
#include "pipeline/model_parts.h"
#include "support/temp_folder.h"

namespace studio {
namespace {

namespace fs = std::filesystem;
const fs::path kModel = fs::path(STUDIO_TEST_DATA) / "golden/pipelines/t2v";

class Resolve : public testing::Test {
  protected:
    GenerationRequest request() const {
        GenerationRequest r;
        r.model = path_to_utf8(kModel);
        r.prompt = "a red fox";
        r.width = 48;
        r.height = 32;
        r.num_frames = 9;
        r.output = path_to_utf8(folder_.path());
        r.device = "cpu";
        return r;
    }
    Error error_of(const GenerationRequest& r) {
        const auto resolved = resolve(r);
        EXPECT_FALSE(resolved.ok());
        return resolved.ok() ? Error{} : resolved.error();
    }
    /// The model's files linked into a folder of the test's own, with a card.
    fs::path with_card(const std::string& card) {
        const fs::path root = folder_ / "model";
        fs::create_directories(root);
        for (const char* part : {"transformer", "vae", "text_encoder", "tokenizer", "scheduler", "model_index.json"}) {
            if (!fs::exists(root / part)) fs::create_symlink(kModel / part, root / part);
        }
        folder_.write("model/demo.json", card);
        return root;
    }
    test::TempFolder folder_;
};

TEST_F(Resolve, EveryValueIsDecided) {
    const auto resolved = resolve(request());
    ASSERT_TRUE(resolved.ok()) << resolved.error().message;
    const GenerationRequest& r = resolved->request;
    EXPECT_EQ(r.steps, 50);  // published defaults of the family
    EXPECT_EQ(r.guidance, 5.0);
    EXPECT_EQ(r.sampler, "unipc");
    EXPECT_EQ(r.shift, 5.0);  // scheduler_config.json
    EXPECT_EQ(r.fps, 16.0);
    EXPECT_GE(r.seed, 0);
    EXPECT_GE(r.threads, 1);
    EXPECT_NE(r.precision, "auto");
    EXPECT_EQ(r.device, "cpu");
    EXPECT_EQ(resolved->output_path, path_to_utf8(folder_ / fs::path("a-red-fox-" + std::to_string(r.seed) + ".mp4")));
    EXPECT_GT(resolved->predicted_peak_bytes, 100u << 20);
    // A resolved request resolves to itself, but for the output name.
    const auto again = resolve(r);
    ASSERT_TRUE(again.ok()) << again.error().message;
    EXPECT_EQ(again->request, r);
}

TEST_F(Resolve, SeedsAreDrawnAndDiffer) {
    std::set<std::int64_t> seeds;
    for (int i = 0; i < 8; ++i)
        seeds.insert(resolve(request())->request.seed);
    EXPECT_GT(seeds.size(), 6u);
    GenerationRequest fixed = request();
    fixed.seed = 0;
    EXPECT_EQ(resolve(fixed)->request.seed, 0);
}

TEST_F(Resolve, SecondsBecomeFrames) {
    GenerationRequest r = request();
    r.num_frames.reset();
    r.seconds = 1;
    EXPECT_EQ(resolve(r)->num_frames, 17);
    r.fps = 8;
    EXPECT_EQ(resolve(r)->num_frames, 9);
}

TEST_F(Resolve, TheCardOfAModelDecides) {
    GenerationRequest r = request();
    r.model = path_to_utf8(
        with_card(R"({"name": "Postcards", "defaults": {"width": 64, "height": 64, "num_frames": 17, "fps": 8,
        "sampler": "rcm", "sigma_max": 120}})"));
    r.width.reset(), r.height.reset(), r.num_frames.reset();
    auto resolved = resolve(r);
    ASSERT_TRUE(resolved.ok()) << resolved.error().message;
    EXPECT_EQ(resolved->width, 64);
    EXPECT_EQ(resolved->num_frames, 17);
    EXPECT_EQ(resolved->steps, 4);
    EXPECT_EQ(resolved->guidance, 1);
    EXPECT_EQ(resolved->sigma_max, 120);
    EXPECT_EQ(resolved->model_name, "Postcards");
    r.sampler = "euler";
    EXPECT_EQ(resolve(r)->steps, 20);
    r.model = path_to_utf8(with_card(R"({"defaults": {"steps": "four"}})"));
    EXPECT_EQ(error_of(r).code, ErrorCode::kCorruptFile);
    r.model = path_to_utf8(with_card(R"({"defaults": {"fps": 100000}})"));
    EXPECT_EQ(error_of(r).field, "defaults.fps");
}

TEST_F(Resolve, AModelIsOpenedOnceUntilItChanges) {
    ModelCache models;
    GenerationRequest r = request();
    r.model = path_to_utf8(with_card("{}"));
    const auto first = prepare_job(r, models).value().parts;
    EXPECT_EQ(prepare_job(r, models).value().parts, first);
    with_card(R"({"max_frames": 9})");
    const auto second = prepare_job(r, models).value().parts;
    EXPECT_NE(second, first);
    EXPECT_EQ(prepare_job(request(), models).value().parts->folder.root, kModel);
}

TEST_F(Resolve, LongerThanTheTrainingIsSaid) {
    GenerationRequest r = request();
    r.model = path_to_utf8(with_card(R"({"max_frames": 9})"));
    EXPECT_TRUE(resolve(r)->notices.empty());
    r.num_frames = 13;
    EXPECT_EQ(resolve(r)->notices.size(), 1u);
}

TEST_F(Resolve, RefusesWithWhatWouldWork) {
    const auto refused = [&](auto change, const char* field, const char* hint) {
        GenerationRequest r = request();
        change(r);
        const Error error = error_of(r);
        EXPECT_EQ(error.code, ErrorCode::kInvalidArgument) << error.message;
        EXPECT_EQ(error.field, field) << error.message;
        EXPECT_NE((error.message + error.fix).find(hint), std::string::npos) << error.message << " " << error.fix;
    };
    refused([](auto& r) { r.width = 50; }, "width", "48 or 64");
    refused([](auto& r) { r.num_frames = 10; }, "num_frames", "9 or 13");
    refused([](auto& r) { r.prompt = " \n "; }, "prompt", "Type");
    refused([](auto& r) { r.prompt = "\x07\x1b"; }, "prompt", "Type");
    refused([](auto& r) { r.prompt = "ab\xff"; }, "prompt", "byte 2");
    refused([](auto& r) { r.prompt = std::string(33 * 1024, 'a'); }, "prompt", "32768");
    refused([](auto& r) { r.sampler = "rcm", r.steps = 5; }, "steps", "4");
    refused([](auto& r) { r.guidance = std::nan(""); }, "guidance", "1");
    refused([](auto& r) { r.fps = 0; }, "fps", "1");
    refused([](auto& r) { r.negative_prompt = "blur", r.guidance = 1; }, "negative_prompt", "guidance");
    refused([](auto& r) { r.sampler = "magic"; }, "sampler", "rcm");
}

TEST_F(Resolve, ModelsThatCannotRunAreNamed) {
    GenerationRequest r = request();
    r.model = path_to_utf8(folder_ / "absent");
    EXPECT_EQ(error_of(r).code, ErrorCode::kNotFound);
    r = request();
    r.attention = "sla";
    EXPECT_EQ(error_of(r).code, ErrorCode::kUnsupported);
    r = request();
    r.output = path_to_utf8(folder_ / "absent/");
    EXPECT_EQ(error_of(r).code, ErrorCode::kNotFound);
}

TEST_F(Resolve, MoreThanTheMemoryIsToldWithWhatFits) {
    GenerationRequest r = request();
    r.width = r.height = 16384;
    const Error error = error_of(r);
    EXPECT_EQ(error.code, ErrorCode::kOutOfMemory);
    EXPECT_NE(error.fix.find("would fit with"), std::string::npos) << error.fix;
}

TEST_F(Resolve, NoticesTellWhatChanges) {
    GenerationRequest r = request();
    r.prompt = std::string("a\0 red fox", 10);
    EXPECT_EQ(resolve(r)->notices.size(), 1u);
    EXPECT_EQ(resolve(r)->request.prompt, "a red fox");
    r.prompt.clear();
    for (int i = 0; i < 600; ++i)
        r.prompt += "fox number " + std::to_string(i) + " ";
    const auto long_prompt = resolve(r);
    ASSERT_TRUE(long_prompt.ok());
    ASSERT_EQ(long_prompt->notices.size(), 1u);
    EXPECT_NE(long_prompt->notices[0].find("512"), std::string::npos) << long_prompt->notices[0];
    EXPECT_NE(long_prompt->notices[0].find("up to '"), std::string::npos);
}

}  // namespace
}  // namespace studio

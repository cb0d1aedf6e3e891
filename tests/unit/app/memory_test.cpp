// Memory before the start: limits, what is told, and whether it fits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "app/memory_fit.h"
#include "app/resolve.h"
#include "app/settings_table.h"
#include "core/platform.h"
#include "core/text.h"
#include "support/temp_folder.h"

namespace studio {
namespace {

using ::testing::HasSubstr;

class Memory : public testing::Test {
  protected:
    GenerationRequest request() const {
        GenerationRequest r;
        r.model = path_to_utf8(std::filesystem::path(STUDIO_TEST_DATA) / "golden/pipelines/t2v");
        r.prompt = "a red fox";
        r.width = 512;
        r.height = 512;
        r.num_frames = 9;
        r.guidance = 1;
        r.device = "cpu";
        r.precision = "fp32";
        r.output = path_to_utf8(folder_.path());
        return r;
    }
    Result<PreparedJob> prepared(const GenerationRequest& r) { return prepare_job(r, models_); }
    std::uint64_t peak(const GenerationRequest& r) { return prepared(r).value().resolved.memory.chosen.peak.host; }

    test::TempFolder folder_;
    ModelCache models_;
};

TEST_F(Memory, EveryStageIsTold) {
    const auto memory = prepared(request()).value().resolved.memory;
    ASSERT_EQ(memory.stages.size(), 3u);
    EXPECT_EQ(memory.stages[0].name, "text");
    EXPECT_EQ(memory.stages[1].name, "denoise");
    EXPECT_EQ(memory.stages[2].name, "decode");
    std::uint64_t most = 0;
    for (const auto& stage : memory.stages)
        most = std::max(most, stage.use.host);
    EXPECT_EQ(memory.chosen.peak.host, most);
    EXPECT_TRUE(memory.chosen.fits);
    EXPECT_GE(memory.ways.size(), 2u);
    for (std::size_t i = 1; i < memory.ways.size(); ++i)
        EXPECT_LT(memory.ways[i].peak.host, memory.ways[i - 1].peak.host);
    const Json json = to_json(memory);
    EXPECT_EQ(json["stages"].size(), 3u);
    EXPECT_EQ(json["host_bytes"], most);
}

TEST_F(Memory, ALimitChoosesASmallerWay) {
    GenerationRequest r = request();
    const auto free = prepared(r).value().resolved.memory;
    r.ram_limit = static_cast<std::int64_t>(free.chosen.peak.host * 3 / 4);
    const auto limited = prepared(r).value().resolved.memory;
    EXPECT_LE(limited.chosen.peak.host, static_cast<std::uint64_t>(r.ram_limit));
    EXPECT_GT(limited.decode_bands, 1);
    EXPECT_FALSE(limited.chosen.price.empty());
    EXPECT_EQ(limited.free_host, static_cast<std::uint64_t>(r.ram_limit));
    EXPECT_EQ(prepared(r).value().resolved.request.ram_limit, r.ram_limit);
}

TEST_F(Memory, WhatFitsNowhereNamesNumbersAndTheSettingThatWould) {
    GenerationRequest r = request();
    GenerationRequest small = request();
    small.num_frames = 1;
    small.width = small.height = 64;
    r.ram_limit = static_cast<std::int64_t>(peak(small)) + (8 << 20);
    r.width = r.height = 2048;
    const auto refused = prepared(r);
    ASSERT_FALSE(refused.ok());
    const Error& error = refused.error();
    EXPECT_EQ(error.code, ErrorCode::kOutOfMemory);
    EXPECT_EQ(error.field, "ram_limit");
    EXPECT_THAT(error.message, HasSubstr("--ram-limit"));
    EXPECT_THAT(error.message, HasSubstr(format_bytes(static_cast<std::uint64_t>(r.ram_limit))));
    EXPECT_THAT(error.fix, HasSubstr("It would fit with "));
    // The promise holds.
    const auto at = error.fix.find("with ");
    const std::string size = error.fix.substr(at + 5, error.fix.find_last_of('.') - at - 5);
    if (size.find('x') != std::string::npos)
        ASSERT_TRUE(set_from_text(r, "size", size).ok()) << size;
    else
        ASSERT_TRUE(set_from_text(r, "num_frames", size.substr(0, size.find(' '))).ok()) << size;
    EXPECT_TRUE(prepared(r).ok()) << error.fix;
}

TEST_F(Memory, ALimitBelowTheProgramItselfNamesALimit) {
    GenerationRequest r = request();
    r.ram_limit = 10 << 20;
    const Error error = prepared(r).error();
    EXPECT_EQ(error.code, ErrorCode::kOutOfMemory);
    EXPECT_THAT(error.fix, HasSubstr("--ram-limit"));
}

TEST_F(Memory, FitAnswersWhileAPersonStillChooses) {
    GenerationRequest r = request();
    r.prompt.clear();
    const auto roomy = fit(r);
    ASSERT_TRUE(roomy.ok()) << roomy.error().message;
    EXPECT_EQ(roomy->verdict, FitVerdict::kFits);
    EXPECT_TRUE(roomy->change.text.empty());
    r.ram_limit = static_cast<std::int64_t>(roomy->memory.chosen.peak.host * 3 / 4);
    EXPECT_EQ(fit(r)->verdict, FitVerdict::kFitsSlower);
    r.ram_limit = 10 << 20;
    const auto tight = fit(r);
    EXPECT_EQ(tight->verdict, FitVerdict::kDoesNotFit);
    EXPECT_FALSE(tight->change.text.empty());
    r.width = 17;
    EXPECT_EQ(fit(r).error().field, "width");
}

TEST_F(Memory, FitIsQuickOnceTheModelIsKnown) {
    ASSERT_TRUE(fit(request()).ok());
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < 10; ++i)
        ASSERT_TRUE(fit(request()).ok());
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(500));
}

TEST_F(Memory, AmountsWithUnits) {
    const auto bytes = [](const char* text) {
        GenerationRequest r;
        const auto set = set_from_text(r, "ram_limit", text);
        return set ? r.ram_limit : std::int64_t{-1};
    };
    EXPECT_EQ(bytes("6500000000"), 6'500'000'000);
    EXPECT_EQ(bytes("12GB"), 12'000'000'000);
    EXPECT_EQ(bytes("7.5 GiB"), 8'053'063'680);
    EXPECT_EQ(bytes("900m"), 900'000'000);
    EXPECT_EQ(bytes("1ki"), 1024);
    EXPECT_EQ(bytes("0"), 0);
    for (const char* wrong : {"", "GB", "12 apples", "-1", "12,5GB", "1e400", "12GBB", "1 0GB", "nan", "99999TB"})
        EXPECT_EQ(bytes(wrong), -1) << wrong;
}

}  // namespace
}  // namespace studio

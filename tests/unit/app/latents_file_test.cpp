// Latents on disk that do not fit, and files that a killed run left behind.
#include "app/latents_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/latents_request.h"
#include "app/unfinished_files.h"
#include "core/text.h"
#include "io/safetensors_writer.h"
#include "support/temp_folder.h"

namespace studio {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class Latents : public testing::Test {
  protected:
    Latents() { setenv("STUDIO_HOME", (folder_ / "home").c_str(), 1); }
    ~Latents() override { unsetenv("STUDIO_HOME"); }

    GenerationRequest request() const {
        GenerationRequest r;
        r.model = path_to_utf8(fs::path(STUDIO_TEST_DATA) / "golden/pipelines/t2v");
        r.prompt = "a red fox";
        r.width = 48;
        r.height = 32;
        r.num_frames = 9;
        r.guidance = 1;
        r.device = "cpu";
        r.precision = "fp32";
        r.output = path_to_utf8(folder_.path());
        return r;
    }
    PreparedJob job() { return prepare_job(request(), models_).value(); }
    fs::path write(std::vector<std::int64_t> shape, const std::map<std::string, std::string>& metadata) const {
        std::size_t count = 1;
        for (const std::int64_t n : shape)
            count *= static_cast<std::size_t>(n);
        const std::vector<float> values(count, 0.5f);
        io::TensorBytes tensor{"latents", io::DType::kF32, std::move(shape), std::as_bytes(std::span(values))};
        const fs::path path = folder_ / "x.safetensors";
        EXPECT_TRUE(io::write_safetensors(path, std::span(&tensor, 1), metadata).ok());
        return path;
    }
    std::map<std::string, std::string> metadata() { return latents_metadata(job(), recipe_); }

    test::TempFolder folder_;
    ModelCache models_;
    Json recipe_ = {{"model", {{"name", "t2v"}, {"files", Json::array()}}}};
};

TEST_F(Latents, SayAllThatIsNeeded) {
    const auto read = read_latents_file(write({1, 16, 3, 4, 6}, metadata()));
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(read->request.prompt, "a red fox");
    EXPECT_EQ(read->request.steps, 50);  // decided when they were made
    EXPECT_EQ(read->request.output, path_to_utf8(folder_.path()));
    EXPECT_TRUE(read->request.latents.ends_with("x.safetensors"));
    const auto prepared = prepare_job(read->request, models_);
    ASSERT_TRUE(prepared.ok()) << prepared.error().message;
    EXPECT_EQ(prepared->resolved.memory.stages.size(), 1u);
}

TEST_F(Latents, FilesOfAnotherKindAreRefused) {
    EXPECT_EQ(latents_request(folder_ / "missing").error().code, ErrorCode::kNotFound);
    EXPECT_EQ(latents_request(write({1, 16, 3, 4, 6}, {})).error().code, ErrorCode::kUnsupported);
    EXPECT_EQ(latents_request(write({16, 3, 4, 6}, metadata())).error().code, ErrorCode::kUnsupported);
    EXPECT_EQ(latents_request(write({1, 16, 3, 4, 6}, {{"recipe", "{"}, {"request", "{}"}})).error().code,
              ErrorCode::kCorruptFile);
    const Error unknown =
        latents_request(write({1, 16, 3, 4, 6}, {{"recipe", "{}"}, {"request", R"({"colour": 1})"}})).error();
    EXPECT_EQ(unknown.code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(unknown.file, HasSubstr("x.safetensors"));
    EXPECT_FALSE(latents_request(folder_.write("y.safetensors", "not a file of tensors")).ok());
}

TEST_F(Latents, AnotherShapeIsRefusedBeforeTheJob) {
    const auto read = read_latents_file(write({1, 16, 4, 4, 6}, metadata()));
    ASSERT_TRUE(read.ok());
    const auto prepared = prepare_job(read->request, models_);
    ASSERT_FALSE(prepared.ok());
    EXPECT_EQ(prepared.error().field, "latents");
    EXPECT_THAT(prepared.error().message, HasSubstr("1 x 16 x 4 x 4 x 6"));
    EXPECT_THAT(prepared.error().message, HasSubstr("1 x 16 x 3 x 4 x 6"));
}

TEST_F(Latents, AMissingModelIsNamed) {
    auto read = read_latents_file(write({1, 16, 3, 4, 6}, metadata()));
    read->request.model = path_to_utf8(folder_ / "gone");
    const auto prepared = prepare_job(read->request, models_);
    ASSERT_FALSE(prepared.ok());
    EXPECT_THAT(prepared.error().message + prepared.error().file, HasSubstr("gone"));
}

TEST_F(Latents, AnotherModelIsRefused) {
    const auto file = [](int bytes, const char* hash) {
        return Json{{"path", "vae/a.safetensors"}, {"bytes", bytes}, {"sha256", hash}};
    };
    LatentsFile latents;
    latents.recipe = {{"model", {{"name", "then"}, {"files", {file(10, "aa")}}}}};
    const auto check = [&](const Json& files) { return check_latents_model(latents, {{"files", files}}); };
    EXPECT_TRUE(check(Json::array({file(10, "aa")})).ok());
    EXPECT_EQ(check(Json::array({file(10, "bb")})).error().code, ErrorCode::kUnsupported);
    EXPECT_EQ(check(Json::array({file(11, "aa")})).error().field, "model");
    EXPECT_EQ(check(Json::array()).error().code, ErrorCode::kNotFound);
    latents.recipe["model"]["files"][0]["sha256"] = nullptr;  // it was not hashed yet
    EXPECT_TRUE(check(Json::array({file(10, "bb")})).ok());
}

TEST_F(Latents, WhatAKilledRunLeftIsRemovedAndNothingElse) {
    const fs::path ours = folder_.write("v.mp4.part", "half"), foreign = folder_.write("w.mp4.part", "a browser's"),
                   done = folder_.write("v.mp4", "whole"), living = folder_.write("u.mp4.part", "being written");
    const pid_t child = fork();
    if (child == 0) {
        static_cast<void>(new UnfinishedFile(ours));
        static_cast<void>(new UnfinishedFile(done));
        _exit(0);  // as if killed: no destructor runs
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    {
        const UnfinishedFile note(living);
        remove_unfinished_files();
        EXPECT_TRUE(fs::exists(living));
    }
    EXPECT_FALSE(fs::exists(ours));
    EXPECT_TRUE(fs::exists(foreign));
    EXPECT_TRUE(fs::exists(done)) << "only names that end in .part";
    remove_unfinished_files();
    EXPECT_TRUE(fs::exists(living)) << "its note went with its writer";
    EXPECT_TRUE(fs::is_empty(folder_ / "home/state/unfinished"));
}

}  // namespace
}  // namespace studio

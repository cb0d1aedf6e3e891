// run_component in-process: exit codes, error lines, output files that appear only after success.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "component/component.h"
#include "support/component_run.h"
#include "support/temp_folder.h"
#include "tensor/weights.h"

namespace studio {
namespace {

using test::Outcome;

Outcome run(const std::vector<std::string>& args) {
    return test::run_component(args);
}

class ComponentRun : public testing::Test {
  protected:
    std::string path(const char* name) const { return (folder_.path() / name).string(); }
    std::size_t files() const { return folder_.count_files(); }
    test::TempFolder folder_;
};

void expect_usage(const std::vector<std::string>& args, const std::string& field) {
    auto with_flag = args;
    with_flag.push_back("--json-errors");
    const Outcome outcome = run(with_flag);
    EXPECT_EQ(outcome.code, 2) << outcome.err;
    EXPECT_TRUE(outcome.out.empty());
    const Json error = outcome.error();
    EXPECT_EQ(error.at("code"), "InvalidArgument");
    EXPECT_EQ(error.at("field"), field);
    for (const char* key : {"code", "file", "field", "message", "fix"})
        EXPECT_TRUE(error.at(key).is_string()) << key;
    EXPECT_FALSE(error.at("message").get<std::string>().empty());
    EXPECT_FALSE(error.at("fix").get<std::string>().empty());
}

TEST_F(ComponentRun, UsageErrorsExitWithTwo) {
    expect_usage({}, "NAME");
    expect_usage({"no-such-component"}, "NAME");
    expect_usage({"sampler", "--bogus"}, "--bogus");
    expect_usage({"sampler", "--options", "[]"}, "--options");
    expect_usage({"sampler", "--options", "{}"}, "kind");
    expect_usage({"sampler", "--options", R"({"kind": "rcm", "steps": 5})"}, "steps");
    expect_usage({"sampler", "--options", R"({"kind": "rcm", "steps": 4.5})"}, "steps");
    expect_usage({"sampler", "--options", R"({"kind": "unipc", "steps": 4, "shift": 3})"}, "kind");
    expect_usage({"sampler", "--options", R"({"kind": "unipc_official", "steps": 4})"}, "shift");
    expect_usage({"sampler", "--options", R"({"kind": "rcm", "steps": 4, "sigma_maximum": 80})"}, "sigma_maximum");
    expect_usage({"sampler", "--options", R"({"kind": "rcm", "steps": 4, "boundary": 1})"}, "boundary");
    expect_usage({"sampler", "--options", R"({"kind": "rcm", "steps": 4, "model": {"a": 1, "b": 0, "c": 0}})"},
                 "model.w");
    expect_usage({"sampler", "--options", R"({"kind": "rcm", "steps": 4, "device": "tpu"})"}, "device");
    expect_usage({"sampler", "--options", R"({"kind": "rcm", "steps": 4, "precision": "fp8"})"}, "precision");
    expect_usage({"sampler", "--options", R"({"kind": "rcm", "steps": 4, "prefix": 3})"}, "prefix");
    expect_usage({"dit"}, "--model");
    expect_usage({"dit", "--model", "x"}, "--inputs");
    expect_usage({"sampler", "--options", R"({"kind": "rcm", "steps": 1, "model": {"a": 1, "b": 0, "c": 0, "w": 0}})"},
                 "--inputs");
    expect_usage({"tokenize", "--model", "x", "--options", "{}"}, "text");
    expect_usage({"tokenize", "--model", "x", "--options", R"({"text": "a", "pad": true, "max_length": null})"}, "pad");
    expect_usage({"norm", "--options", R"({"kind": "rmsnorm"})"}, "--inputs");
}

TEST_F(ComponentRun, MissingModelExitsWithThree) {
    write_tensors(path("in"), {{"x", at::ones({1})}});
    for (const char* name : {"dit", "vae-encode", "vae-decode", "text-encoder", "weights"}) {
        const Outcome outcome = run({name, "--model", path("missing.safetensors"), "--inputs", path("in"), "--outputs",
                                     path("out"), "--json-errors"});
        EXPECT_EQ(outcome.code, 3) << name << outcome.err;
        EXPECT_EQ(outcome.error().at("code"), "NotFound") << name;
        EXPECT_EQ(outcome.error().at("file"), path("missing.safetensors")) << name;
    }
    EXPECT_EQ(files(), 1U);
}

TEST_F(ComponentRun, SchedulesNeedNoInputs) {
    const Outcome outcome =
        run({"sampler", "--options", R"({"kind": "unipc_official", "steps": 4, "shift": 5, "boundary": 0.9})",
             "--outputs", path("out.safetensors")});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_TRUE(outcome.out.empty());
    const auto got = read_tensors(path("out.safetensors"));
    EXPECT_EQ(got.at("sigmas").scalar_type(), at::kDouble);
    EXPECT_EQ(got.at("timesteps")[0].item<double>(), 999);
    EXPECT_TRUE(at::equal(got.at("high"), at::tensor({1, 1, 0, 0}, at::kChar)));
    EXPECT_EQ(files(), 1U);
}

TEST_F(ComponentRun, TracesOfAnAnalyticModel) {
    write_tensors(path("in"), {{"p.noise0", at::ones({2, 3})}, {"noise", at::zeros({2, 2, 3}).to(at::kBFloat16)}});
    const std::string model = R"("model": {"a": 0, "b": 0, "c": 1, "w": 0})";
    const Outcome rcm = run({"sampler", "--inputs", path("in"), "--outputs", path("out"), "--options",
                             R"({"kind": "rcm", "steps": 2, "prefix": ["q.", "p."], )" + model + "}"});
    ASSERT_EQ(rcm.code, 0) << rcm.err;
    const auto got = read_tensors(path("out"));
    EXPECT_EQ(got.at("x").scalar_type(), at::kDouble);
    EXPECT_EQ(got.at("x").sizes(), (std::vector<std::int64_t>{3, 2, 3}));
    EXPECT_FALSE(got.contains("v"));
    // A velocity of 1 takes t0 off t0 * 1, which leaves exactly nothing.
    EXPECT_EQ(got.at("x")[1].abs().max().item<double>(), 0);
}

TEST_F(ComponentRun, WrongNoiseShapeIsTheInputsFault) {
    write_tensors(path("in"), {{"noise0", at::ones({2, 3})}, {"noise", at::zeros({3, 2, 3})}});
    const Outcome outcome =
        run({"sampler", "--inputs", path("in"), "--outputs", path("out"), "--json-errors", "--options",
             R"({"kind": "rcm", "steps": 2, "model": {"a": 0, "b": 0, "c": 1, "w": 0}})"});
    EXPECT_EQ(outcome.code, 3);
    EXPECT_EQ(outcome.error().at("field"), "noise");
    EXPECT_EQ(outcome.error().at("file"), path("in"));
    EXPECT_FALSE(std::filesystem::exists(path("out")));
}

TEST_F(ComponentRun, DamagedInputsNameTheirFile) {
    std::ofstream(path("in.safetensors")) << "<!DOCTYPE html>";
    const Outcome outcome =
        run({"norm", "--inputs", path("in.safetensors"), "--options", R"({"kind": "rmsnorm"})", "--json-errors"});
    EXPECT_EQ(outcome.code, 3);
    EXPECT_EQ(outcome.error().at("code"), "CorruptFile");
    EXPECT_EQ(outcome.error().at("file"), path("in.safetensors"));
}

TEST_F(ComponentRun, NormsFollowTheirFormulas) {
    const at::Tensor x = at::tensor({1.0F, 2.0F, 3.0F, 1.0F, 1.0F, 4.0F}).view({2, 3});
    write_tensors(path("in"),
                  {{"x", x}, {"weight", at::tensor({1.0F, 2.0F, 0.5F})}, {"bias", at::tensor({0.0F, 1.0F, -1.0F})}});
    const auto y = [&](const std::string& options) {
        const Outcome outcome = run({"norm", "--inputs", path("in"), "--outputs", path("out"), "--options", options});
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        return read_tensors(path("out")).at("y").clone();
    };
    const at::Tensor plain = at::layer_norm(x, {3}, {}, {}, 1e-6);
    EXPECT_TRUE(at::allclose(y(R"({"kind": "layernorm", "affine": false})"), plain, 1e-6, 1e-6));
    // Three channels run on four lanes: the variance gains mean^2 / 3.
    EXPECT_NEAR(y(R"({"kind": "layernorm_fast", "affine": false})")[0][2].item<double>(),
                1 / std::sqrt(2.0 / 3 + 4.0 / 3), 1e-6);
    EXPECT_NEAR(y(R"({"kind": "rmsnorm", "eps": 0})")[0][1].item<double>(), 2 * 2 / std::sqrt(14.0 / 3), 1e-6);
}

TEST_F(ComponentRun, OutputFolderMustExist) {
    const Outcome outcome = run({"sampler", "--options", R"({"kind": "rcm", "steps": 1})", "--outputs",
                                 path("none/out.safetensors"), "--json-errors"});
    EXPECT_EQ(outcome.code, 3);
    EXPECT_EQ(outcome.error().at("field"), "--outputs");
}

TEST_F(ComponentRun, HelpAndPlainErrors) {
    const Outcome help = run({"--help"});
    EXPECT_EQ(help.code, 0);
    EXPECT_NE(help.out.find("vae-decode"), std::string::npos);
    const Outcome plain = run({"sampler"});
    EXPECT_EQ(plain.code, 2);
    EXPECT_NE(plain.err.find("fix:"), std::string::npos);
}

TEST_F(ComponentRun, CancelledBeforeItStarts) {
    write_tensors(path("in"), {{"noise0", at::ones({2})}});
    std::stop_source stop;
    stop.request_stop();
    std::ostringstream out, err;
    const std::vector<std::string> args{"sampler",
                                        "--inputs",
                                        path("in"),
                                        "--outputs",
                                        path("out"),
                                        "--options",
                                        R"({"kind": "euler_diffusers", "steps": 4, "shift": 3,
                                            "model": {"a": 0, "b": 0, "c": 1, "w": 0}})"};
    EXPECT_EQ(run_component(args, out, err, stop.get_token()), 5);
    EXPECT_FALSE(std::filesystem::exists(path("out")));
}

}  // namespace
}  // namespace studio

// Components on tiny networks, against diffusers and transformers (tests/data/golden says how they were made).
#include <gtest/gtest.h>

#include "core/json.h"
#include "support/component_run.h"
#include "support/temp_folder.h"
#include "tensor/weights.h"

namespace studio {
namespace {

const std::filesystem::path kData = std::filesystem::path(STUDIO_TEST_DATA) / "golden";

double relative_error(const at::Tensor& got, const at::Tensor& want) {
    if (!got.sizes().equals(want.sizes())) return std::numeric_limits<double>::infinity();
    return got.to(at::kDouble).sub(want).norm().item<double>() / want.to(at::kDouble).norm().item<double>();
}

class ComponentGolden : public testing::Test {
  protected:
    /// The outputs of a call that must succeed.
    std::map<std::string, at::Tensor> run(std::vector<std::string> args) {
        const auto out = folder_.path() / "out.safetensors";
        args.insert(args.end(), {"--outputs", out.string()});
        const auto outcome = test::run_component(args);
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        EXPECT_TRUE(outcome.out.empty()) << outcome.out;
        return outcome.code == 0 ? read_tensors(out) : std::map<std::string, at::Tensor>{};
    }
    /// An inputs file made of these.
    std::string given(const std::map<std::string, at::Tensor>& tensors) {
        const auto path = folder_.path() / "in.safetensors";
        write_tensors(path, tensors);
        return path.string();
    }
    test::TempFolder folder_;
};

TEST_F(ComponentGolden, DitOfEveryKind) {
    int cases = 0;
    for (const auto& entry : std::filesystem::directory_iterator(kData / "dit")) {
        const auto io = entry.path() / "io.safetensors";
        const auto want = read_tensors(io);
        const auto model = (entry.path() / "weights.safetensors").string();
        const auto got = run({"dit", "--model", model, "--inputs", io.string()});
        ASSERT_TRUE(got.contains("output")) << entry.path();
        EXPECT_LE(relative_error(got.at("output"), want.at("output")), 2e-5) << entry.path();
        ++cases;
        if (!want.contains("output_ctx_padded512")) continue;
        const auto padded =
            run({"dit", "--model", model, "--inputs", io.string(), "--options", R"({"pad_context": true})"});
        ASSERT_TRUE(padded.contains("output")) << entry.path();
        EXPECT_LE(relative_error(padded.at("output"), want.at("output_ctx_padded512")), 2e-5) << entry.path();
    }
    EXPECT_GE(cases, 5);
}

TEST_F(ComponentGolden, DitInBf16StaysNear) {
    const auto io = (kData / "dit/t2v_hd12_b2/io.safetensors").string();
    const auto model = (kData / "dit/t2v_hd12_b2/weights.safetensors").string();
    const auto got = run({"dit", "--model", model, "--inputs", io, "--options", R"({"precision": "bf16"})"});
    ASSERT_TRUE(got.contains("output"));
    EXPECT_EQ(got.at("output").scalar_type(), at::kFloat);
    const double error = relative_error(got.at("output"), read_tensors(io).at("output"));
    EXPECT_LE(error, 3e-2);
    EXPECT_GE(error, 1e-4) << "nothing was computed in bf16";
}

TEST_F(ComponentGolden, VaeEncodesAndDecodes) {
    const std::map<std::string, std::pair<std::string, std::string>> cases{{"v21", {"encode17.", "decode5."}},
                                                                           {"v22", {"encode9.", "decode3."}}};
    for (const auto& [version, keys] : cases) {
        const auto file = kData / "vae" / version / "io.safetensors";
        const auto io = read_tensors(file);
        const auto model = (kData / "vae" / version / "weights.safetensors").string();
        const auto encoded = run({"vae-encode", "--model", model, "--inputs", file.string()});
        for (const char* name : {"mean", "logvar", "z_normalised"})
            EXPECT_LE(relative_error(encoded.at(name), io.at(keys.first + name)), 5e-5) << version << name;
        const auto decoded = run({"vae-decode", "--model", model, "--inputs", file.string()});
        EXPECT_LE(relative_error(decoded.at("frames"), io.at(keys.second + "frames")), 5e-5) << version;
    }
}

TEST_F(ComponentGolden, TextEncoder) {
    const auto io = read_tensors(kData / "umt5/io.safetensors");
    const auto got = run({"text-encoder", "--model", (kData / "umt5/weights.safetensors").string(), "--inputs",
                          (kData / "umt5/io.safetensors").string(), "--options", R"({"prefix": "a."})"});
    EXPECT_LE(relative_error(got.at("context"), io.at("a.context")), 2e-5);
    // The same ids as I32, and a mask left out: one unpadded row.
    const auto count = io.at("a.mask")[0].sum().item<std::int64_t>();
    const auto row = run({"text-encoder", "--model", (kData / "umt5/weights.safetensors").string(), "--inputs",
                          given({{"ids", io.at("a.ids").narrow(0, 0, 1).narrow(1, 0, count).to(at::kInt)}})});
    EXPECT_LE(relative_error(row.at("last_hidden_state"), io.at("a.row0_unpadded")), 2e-5);
}

TEST_F(ComponentGolden, Norms) {
    const auto file = kData / "norm.safetensors";
    const auto want = read_tensors(file);
    const std::map<std::string, std::string> kinds{
        {"layernorm_exact", R"("kind": "layernorm")"},
        {"layernorm_fast", R"("kind": "layernorm_fast")"},
        {"layernorm_fast_noaffine", R"("kind": "layernorm_fast", "affine": false)"},
        {"rmsnorm", R"("kind": "rmsnorm")"},
    };
    for (const auto& [name, option] : kinds) {
        const auto got =
            run({"norm", "--inputs", file.string(), "--options", "{\"prefix\": \"n384.\", " + option + "}"});
        EXPECT_LE(relative_error(got.at("y"), want.at("n384." + name)), 1e-6) << name;
    }
}

TEST_F(ComponentGolden, ShardedDiffusersWeights) {
    const auto model = (kData / "layouts/diffusers_sharded/transformer").string();
    const auto outcome = test::run_component({"weights", "--model", model});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    const Json listed = Json::parse(outcome.out);
    EXPECT_EQ(listed.at("kind"), "dit");
    const Json want = read_json_file(kData / "layouts/diffusers_sharded.expected.json").value().at("tensors");
    ASSERT_EQ(listed.at("tensors").size(), want.size());
    for (std::size_t i = 0; i < want.size(); ++i) {
        const Json& got = listed.at("tensors").at(i);
        for (const char* key : {"name", "shape", "stored", "sha256_f32"})
            EXPECT_EQ(got.at(key), want[i].at(key)) << got;
        for (const char* key : {"sum", "abs", "cos"})
            EXPECT_NEAR(got.at(key).get<double>(), want[i].at(key).get<double>(),
                        1e-6 * want[i].at("abs").get<double>())
                << got;
    }
    const auto io = kData / "layouts/diffusers_sharded.io.safetensors";
    const auto got = run({"dit", "--model", model, "--inputs", io.string(), "--options", R"({"prefix": ["in."]})"});
    EXPECT_LE(relative_error(got.at("output"), read_tensors(io).at("out.diffusers_sharded/transformer")), 2e-5);
}

TEST_F(ComponentGolden, Tokenizer) {
    const auto model = (kData / "text/spiece.model").string();
    const Json cases = read_json_file(kData / "text/tokenizer_cases.json").value();
    Json texts = Json::array();
    for (const Json& entry : cases.at("cases"))
        texts.push_back(entry.at("raw"));
    const Json options{{"text", texts}, {"max_length", cases.at("max_length")}};
    const auto outcome = test::run_component({"tokenize", "--model", model, "--options", options.dump()});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    const Json got = Json::parse(outcome.out);
    for (std::size_t i = 0; i < texts.size(); ++i) {
        EXPECT_EQ(got.at("cleaned").at(i), cases.at("cases").at(i).at("cleaned"));
        EXPECT_EQ(got.at("ids").at(i), cases.at("cases").at(i).at("ids")) << texts.at(i);
    }
    // The same model, embedded in a text encoder's file.
    const std::string bytes = test::read_file(model);
    const auto inside =
        given({{"spiece_model", at::tensor(std::vector<std::uint8_t>(bytes.begin(), bytes.end()), at::kByte)}});
    EXPECT_EQ(test::run_component({"tokenize", "--model", inside, "--options", options.dump()}).out, outcome.out);

    const auto whole = test::run_component({"tokenize", "--model", model, "--options",
                                            R"({"text": ["a red fox"], "max_length": 8, "pad": true})", "--outputs",
                                            (folder_.path() / "ids").string()});
    ASSERT_EQ(whole.code, 0) << whole.err;
    const auto padded = read_tensors(folder_.path() / "ids");
    EXPECT_EQ(padded.at("ids").sizes(), (std::vector<std::int64_t>{1, 8}));
    const auto count = static_cast<std::int64_t>(Json::parse(whole.out).at("ids").at(0).size());
    EXPECT_EQ(padded.at("mask").sum().item<std::int64_t>(), count);
    EXPECT_EQ(padded.at("ids")[0][count - 1].item<std::int64_t>(), 1) << "the end of the text is id 1";
}

}  // namespace
}  // namespace studio

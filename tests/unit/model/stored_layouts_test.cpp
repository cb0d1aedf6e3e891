// A network stored in each quantised layout must compute what its dequantised twin computes.
#include <fstream>

#include "random_dit.h"
#include "support/gguf_bytes.h"
#include "tensor/w8a8.h"

namespace studio {
namespace {

using test::Tensors;

struct Stored {
    Tensors file, twin;
};

// Replaces every linear of a block: `quantise(name, weight, file)` writes into the file and returns the dense values.
template <class F>
Stored stored_as(const test::RandomDit& dit, F&& quantise) {
    Stored out{dit.tensors, dit.tensors};
    for (const std::string& name : dit.block_linears()) {
        const at::Tensor weight = dit.tensors.at(name + ".weight");
        out.file.erase(name + ".weight");
        out.twin[name + ".weight"] = quantise(name, weight, out.file);
    }
    return out;
}

at::Tensor by_row(const std::string& name, const at::Tensor& weight, Tensors& file) {
    const at::Tensor scale = weight.abs().amax({1}, true).div(127);
    file[name + ".weight"] = weight.div(scale).round().to(at::kChar);
    file[name + ".weight_scale"] = scale;
    return file[name + ".weight"].to(at::kFloat).mul(scale);
}

at::Tensor by_tile(const std::string& name, const at::Tensor& weight, Tensors& file) {
    const Int8Tiles tiles = ops::quantize_tiles(weight);
    file[name + ".int8_weight"] = tiles.values;
    file[name + ".scale"] = tiles.scale;
    const at::Tensor factor = tiles.scale.repeat_interleave(128, 0).slice(0, 0, weight.size(0));
    return tiles.values.to(at::kFloat).mul(factor.repeat_interleave(128, 1).slice(1, 0, weight.size(1)));
}

at::Tensor by_tensor(const std::string& name, const at::Tensor& weight, Tensors& file) {
    const at::Tensor scale = weight.abs().amax().div(448);
    file[name + ".weight"] = weight.div(scale).to(at::kFloat8_e4m3fn);
    file[name + ".scale_weight"] = scale;
    return file[name + ".weight"].to(at::kFloat).mul(scale);
}

at::Tensor plain_fp8(const std::string& name, const at::Tensor& weight, Tensors& file) {
    const bool is_wide = name.ends_with("ffn.0");
    file[name + ".weight"] = weight.to(is_wide ? at::kFloat8_e5m2 : at::kFloat8_e4m3fn);
    return file[name + ".weight"].to(at::kFloat);
}

class StoredLayouts : public ::testing::Test {
  protected:
    void expect_twins(const Stored& stored, const char* what) {
        const auto file = files_.write(stored.file, dit_.config()), twin = files_.write(stored.twin, dit_.config());
        const at::Tensor want = test::forward(twin);
        EXPECT_LE(test::relative_error(test::forward(file), want), 3e-6) << what;
        // And the quantised network is another one than the original: the file was not ignored.
        EXPECT_GT(test::relative_error(want, original_), 1e-4) << what;
        const Compute bf16{at::kCPU, Precision::kBF16};
        EXPECT_LE(test::relative_error(test::forward(file, {}, bf16), want), 3e-2) << what;
    }

    test::RandomDit dit_;
    test::ModelFiles files_;
    at::Tensor original_ = test::forward(files_.write(dit_.tensors, dit_.config()));
};

TEST_F(StoredLayouts, Int8PerRow) {
    expect_twins(stored_as(dit_, by_row), "int8 per row");
}

TEST_F(StoredLayouts, Int8PerTile) {
    expect_twins(stored_as(dit_, by_tile), "int8 per tile");
}

TEST_F(StoredLayouts, Fp8WithScaleAndMarker) {
    Stored stored = stored_as(dit_, by_tensor);
    stored.file["scaled_fp8"] = at::zeros({2}).to(at::kFloat8_e4m3fn);
    expect_twins(stored, "scaled fp8");
}

TEST_F(StoredLayouts, Fp8AsIs) {
    expect_twins(stored_as(dit_, plain_fp8), "plain fp8");
}

TEST_F(StoredLayouts, QuantisedActivationsMoveTheResultALittle) {
    const Stored stored = stored_as(dit_, by_tile);
    const auto file = files_.write(stored.file, dit_.config());
    DitOptions options;
    options.quantize_activations = true;
    const at::Tensor exact = test::forward(file), quantised = test::forward(file, options);
    EXPECT_GT(test::relative_error(quantised, exact), 1e-3);
    EXPECT_LT(test::relative_error(quantised, exact), 5e-2);
    // Other stored forms have nothing to multiply quantised activations with.
    const auto rows = files_.write(stored_as(dit_, by_row).file, dit_.config());
    EXPECT_TRUE(at::equal(test::forward(rows, options), test::forward(rows)));
}

// Rows that are padding count in the tiles, so that they may not be packed into one.
TEST_F(StoredLayouts, PaddingIsExplicitForQuantisedActivations) {
    const auto file = files_.write(stored_as(dit_, by_tile).file, dit_.config());
    DitOptions options;
    options.quantize_activations = true;
    const auto dit = WanDit::load(checkpoint::open_as(file, checkpoint::Role::kDit).value(), Compute{}, options);
    const test::ForwardInputs in;
    // A row just off zero is never packed, so that the reference really has 512 rows.
    const at::Tensor rows = at::cat({in.text, at::full({1, 512 - 150, 32}, 1e-30F)}, 1);
    const at::Tensor padded = dit->forward(in.latent, in.time, *dit->prepare(in.text, 512));
    EXPECT_TRUE(at::equal(padded, dit->forward(in.latent, in.time, *dit->prepare(rows))));
}

// All two-dimensional tensors as Q8_0 with factors that are powers of two, the rest F32, the patch embedding in five
// dimensions.
TEST_F(StoredLayouts, GgufBlocks) {
    Tensors twin = dit_.tensors;
    test::GgufParts parts;
    parts.tensors.clear();
    parts.data.clear();
    for (auto& [name, tensor] : twin) {
        test::GgufTensor entry;
        entry.name = name;
        entry.dims.assign(tensor.sizes().rbegin(), tensor.sizes().rend());
        entry.offset = parts.data.size();
        if (tensor.dim() != 2) {
            parts.data.append(static_cast<const char*>(tensor.const_data_ptr()), tensor.nbytes());
        } else {
            entry.type = 8;
            const at::Tensor q = tensor.mul(64).round().clamp(-128, 127).contiguous();
            for (std::int64_t i = 0; i < q.numel(); ++i) {
                if (i % 32 == 0) parts.data.append("\x00\x24", 2);  // fp16 1/64
                parts.data += static_cast<char>(static_cast<std::int8_t>(q.const_data_ptr<float>()[i]));
            }
            tensor = q.div(64);
        }
        parts.data.resize((parts.data.size() + 31) / 32 * 32);
        parts.tensors.push_back(entry);
    }
    const auto file = files_.write_bytes(test::gguf_bytes(parts), "model.gguf", dit_.config());
    const at::Tensor want = test::forward(files_.write(twin, dit_.config()));
    EXPECT_LE(test::relative_error(test::forward(file), want), 3e-6);
    EXPECT_GT(test::relative_error(want, original_), 1e-4);
}

TEST_F(StoredLayouts, ScalesThatAreNoNumbersAreRefused) {
    for (const float bad : {NAN, INFINITY}) {
        Stored stored = stored_as(dit_, by_row);
        at::Tensor& scale = stored.file["blocks.1.ffn.0.weight_scale"];
        scale = scale.clone();
        scale[3] = bad;
        const auto file = files_.write(stored.file, dit_.config());
        const Error error = test::failure_of([&] { test::forward(file); });
        EXPECT_EQ(error.code, ErrorCode::kCorruptFile);
        EXPECT_NE((error.message + error.field).find("blocks.1.ffn.0"), std::string::npos) << error.message;
    }
}

}  // namespace
}  // namespace studio

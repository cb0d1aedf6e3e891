// Parts in every container written in every form: values, types, order, alignment, memory, failures.
#include "convert/convert.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <set>

#include "checkpoint/configs.h"
#include "convert/encode.h"
#include "convert/plan.h"
#include "convert/weight_values.h"
#include "core/json.h"
#include "core/text.h"
#include "io/read_values.h"
#include "support/temp_folder.h"

namespace studio::convert {
namespace {

namespace fs = std::filesystem;
using checkpoint::NamedTensor;
using checkpoint::Recognised;
using ::testing::HasSubstr;

Recognised open_path(const fs::path& path) {
    auto opened = io::Checkpoint::open(path);
    if (!opened.ok()) throw Failure(opened.error());
    auto part = checkpoint::recognise(*opened);
    if (!part.ok()) throw Failure(part.error());
    return *std::move(part);
}
Recognised open_golden(const std::string& path) {
    return open_path(std::string(STUDIO_TEST_DATA) + "/golden/" + path);
}

std::vector<float> values_of(const Recognised& part, const NamedTensor& tensor) {
    std::vector<float> out(static_cast<std::size_t>(element_count(tensor)));
    read_weight(part, tensor, 0, out);
    return out;
}

const NamedTensor* find(const Recognised& part, const std::string& name) {
    for (const NamedTensor& tensor : part.tensors) {
        if (tensor.name == name) return &tensor;
    }
    return nullptr;
}

Written convert_ok(const Recognised& part, const fs::path& target, const Options& options) {
    auto written = convert_part(part, target, options, [](const Progress&) {}, {});
    if (!written.ok()) throw Failure(written.error());
    return *std::move(written);
}

/// Same tensors, same shapes, and values that are `expected` of the old ones.
void expect_values(const Recognised& before, const Recognised& after, const auto& expected) {
    ASSERT_EQ(before.tensors.size(), after.tensors.size());
    for (const NamedTensor& old : before.tensors) {
        const NamedTensor* const now = find(after, old.name);
        ASSERT_NE(now, nullptr) << old.name;
        EXPECT_EQ(now->shape, old.shape) << old.name;
        auto want = values_of(before, old);
        for (float& value : want)
            value = expected(old, value);
        EXPECT_EQ(values_of(after, *now), want) << old.name;
    }
}

const auto kSame = [](const NamedTensor&, float value) { return value; };

const std::vector<std::string> kTransformers{"layouts/turbodiffusion/sla.pth",
                                             "layouts/turbodiffusion/sla-quant.pth",
                                             "layouts/gguf/q4_0_align64.gguf",
                                             "layouts/lightx2v/int8.safetensors",
                                             "layouts/comfy/fp8_e4m3fn_scaled.safetensors",
                                             "layouts/diffusers_sharded/transformer",
                                             "dit/flf2v_hd64/weights.safetensors",
                                             "dit/ti2v5b_hd24/weights.safetensors"};

TEST(Convert, BlocksKeepEveryValueOfEveryContainer) {
    const test::TempFolder folder;
    int at = 0;
    for (const std::string& name : kTransformers) {
        SCOPED_TRACE(name);
        const Recognised before = open_golden(name);
        const fs::path target = folder / std::to_string(at++);
        const Written written = convert_ok(before, target, {Form::kBlocks, {}});
        const Recognised after = open_path(target);
        const bool is_gguf = name.ends_with(".gguf");
        // GGUF blocks cannot be kept: bf16 of their values.
        expect_values(before, after, [&](const NamedTensor& old, float value) {
            return io::is_blocked(old.stored->dtype) ? rounded(io::DType::kBF16, value) : value;
        });
        EXPECT_EQ(written.changed > 0, is_gguf);
        const auto was = checkpoint::dit_config(before), is = checkpoint::dit_config(after);
        ASSERT_TRUE(was.ok() && is.ok()) << is.error().message;
        EXPECT_EQ(was->num_heads, is->num_heads);
        EXPECT_EQ(was->has_sla, is->has_sla);
        EXPECT_EQ(was->image_pos_len, is->image_pos_len);
        for (const NamedTensor& tensor : before.tensors) {
            if (!is_gguf) {
                EXPECT_EQ(find(after, tensor.name)->scheme, tensor.scheme) << tensor.name;
            }
        }
    }
}

TEST(Convert, BlocksStandInOrderOnPages) {
    const test::TempFolder folder;
    const Recognised before = open_golden("dit/flf2v_hd64/weights.safetensors");
    convert_ok(before, folder / "out", {Form::kBlocks, {}});
    const Recognised after = open_path(folder / "out");
    std::vector<std::pair<std::uint64_t, std::string>> order;
    for (const NamedTensor& tensor : after.tensors) {
        order.emplace_back(tensor.stored->offset, tensor.name);
        EXPECT_EQ(tensor.stored->offset % io::size_of(tensor.stored->dtype), 0u) << tensor.name;
    }
    std::sort(order.begin(), order.end());
    int last = -2;
    std::set<int> blocks;
    for (const auto& [offset, name] : order) {
        const int block = block_of(name);
        EXPECT_GE(block, last) << name;
        if (block != last) {
            EXPECT_EQ(offset % 4096, 0u) << name;
        }
        last = block;
        blocks.insert(block);
    }
    EXPECT_GE(blocks.size(), 4u);  // embeddings, two blocks, head
}

TEST(Convert, W8A8IsTurboDiffusionsOwn) {
    // Their quantiser made sla-quant.pth out of the bf16 weights that sla.pth holds: every byte must agree.
    const test::TempFolder folder;
    const Recognised before = open_golden("layouts/turbodiffusion/sla.pth"),
                     theirs = open_golden("layouts/turbodiffusion/sla-quant.pth");
    const Written written = convert_ok(before, folder / "w8a8.safetensors", {Form::kW8A8, {}});
    EXPECT_EQ(written.quantised, 10u);
    const auto ours = io::Checkpoint::open(folder / "w8a8.safetensors");
    ASSERT_TRUE(ours.ok());
    EXPECT_EQ((*ours)->tensors().size(), theirs.checkpoint->tensors().size());
    for (const io::TensorInfo& tensor : theirs.checkpoint->tensors()) {
        const io::TensorInfo* const mine = (*ours)->find(tensor.name);
        ASSERT_NE(mine, nullptr) << tensor.name;
        EXPECT_EQ(mine->shape, tensor.shape) << tensor.name;
        EXPECT_EQ(mine->dtype, tensor.dtype) << tensor.name;
        const auto a = (*ours)->bytes(*mine), b = theirs.checkpoint->bytes(tensor);
        EXPECT_TRUE(std::equal(a.begin(), a.end(), b.begin(), b.end())) << tensor.name;
    }
    // Once more changes nothing.
    convert_ok(open_path(folder / "w8a8.safetensors"), folder / "again.safetensors", {Form::kW8A8, {}});
    EXPECT_EQ(test::read_file(folder / "w8a8.safetensors"), test::read_file(folder / "again.safetensors"));
}

TEST(Convert, W8A8OfOtherContainersIsTheQuantiserOnTheirValues) {
    const test::TempFolder folder;
    int at = 0;
    for (const std::string& name : kTransformers) {
        SCOPED_TRACE(name);
        const Recognised before = open_golden(name);
        const fs::path target = folder / std::to_string(at++);
        convert_ok(before, target, {Form::kW8A8, {}});
        const Recognised after = open_path(target);
        for (const NamedTensor& tensor : before.tensors) {
            const NamedTensor* const now = find(after, tensor.name);
            ASSERT_NE(now, nullptr) << tensor.name;
            const auto was = values_of(before, tensor), is = values_of(after, *now);
            if (now->scheme != checkpoint::Scheme::kTileScale) continue;
            float largest = 0, error = 0;
            for (std::size_t i = 0; i < was.size(); ++i) {
                largest = std::max(largest, std::fabs(was[i]));
                error = std::max(error, std::fabs(was[i] - is[i]));
            }
            EXPECT_LE(error, largest / 128 + largest / 256)
                << tensor.name;  // half a step, one for +amax, bf16 before it
        }
        EXPECT_EQ(find(after, "blocks.0.ffn.2.weight")->scheme, checkpoint::Scheme::kTileScale);
        EXPECT_EQ(find(after, "blocks.0.norm3.weight")->stored->dtype, io::DType::kF32);
        EXPECT_EQ(find(after, "patch_embedding.weight")->stored->shape.size(), 2u);
    }
}

TEST(Convert, DiffusersFoldersOfEveryPart) {
    const test::TempFolder folder;
    int at = 0;
    for (const std::string& name :
         {std::string("layouts/turbodiffusion/sla.pth"), std::string("dit/i2v21_hd24/weights.safetensors"),
          std::string("vae/v21/weights.safetensors"), std::string("vae/v22/weights.safetensors"),
          std::string("umt5/weights.safetensors"), std::string("layouts/clip/tower.pth")}) {
        SCOPED_TRACE(name);
        const Recognised before = open_golden(name);
        const fs::path blocks = folder / fmt::format("blocks{}", at), target = folder / fmt::format("out{}", at++);
        const Written written = convert_ok(before, target, {Form::kDiffusers, {}});
        EXPECT_EQ(written.changed, 0u);
        const Recognised after = open_path(target);
        EXPECT_EQ(after.role, before.role);
        EXPECT_NE(after.layout, "official");
        EXPECT_TRUE(fs::exists(target / "config.json"));
        if (before.role == checkpoint::Role::kClip) {
            // Official towers keep q, k and v in one matrix, HF in three.
            ASSERT_TRUE(checkpoint::clip_config(after).ok());
            const auto fused = values_of(before, *find(before, "visual.transformer.1.attn.to_qkv.weight"));
            std::vector<float> three;
            for (const char* const part : {"q", "k", "v"}) {
                const auto one =
                    values_of(after, *find(after, fmt::format("visual.transformer.1.attn.{}.weight", part)));
                three.insert(three.end(), one.begin(), one.end());
            }
            EXPECT_EQ(three, fused);
            continue;
        }
        expect_values(before, after, kSame);
        // And there and back again.
        convert_ok(after, blocks, {Form::kBlocks, {}});
        expect_values(before, open_path(blocks), kSame);
    }
}

TEST(Convert, ScalesAndGgufBecomeBf16InDiffusersForm) {
    const test::TempFolder folder;
    int at = 0;
    for (const char* const name :
         {"layouts/turbodiffusion/sla-quant.pth", "layouts/gguf/q4_0_align64.gguf", "layouts/lightx2v/int8.safetensors",
          "layouts/comfy/fp8_e4m3fn_scaled.safetensors"}) {
        SCOPED_TRACE(name);
        const Recognised before = open_golden(name);
        const fs::path target = folder / std::to_string(at++);
        EXPECT_GT(convert_ok(before, target, {Form::kDiffusers, {}}).changed, 0u);
        const Recognised after = open_path(target);
        expect_values(before, after, [](const NamedTensor& old, float value) {
            const bool is_kept = old.scheme == checkpoint::Scheme::kPlain && !io::is_blocked(old.stored->dtype);
            return is_kept ? value : rounded(io::DType::kBF16, value);
        });
        EXPECT_EQ(find(after, "blocks.0.ffn.0.weight")->stored->dtype, io::DType::kBF16);
    }
}

TEST(Convert, TypesAreWhatWasAskedFor) {
    const test::TempFolder folder;
    const Recognised before = open_golden("dit/i2v22_hd24/weights.safetensors");
    for (const auto& [dtype, name] :
         {std::pair(io::DType::kF16, "f16"), std::pair(io::DType::kBF16, "bf16"), std::pair(io::DType::kF32, "f32")}) {
        const fs::path target = folder / name;
        convert_ok(before, target, {Form::kDiffusers, dtype});
        const Recognised after = open_path(target);
        const io::DType want = dtype;
        expect_values(before, after, [&](const NamedTensor&, float value) { return rounded(want, value); });
        for (const NamedTensor& tensor : after.tensors)
            EXPECT_EQ(tensor.stored->dtype, want) << tensor.name;
    }
}

TEST(Convert, ShardsHaveAnIndex) {
    const test::TempFolder folder;
    const Recognised before = open_golden("dit/flf2v_hd64/weights.safetensors");
    Options options{Form::kDiffusers, {}};
    options.shard_bytes = 100'000;
    const Written written = convert_ok(before, folder / "out", options);
    EXPECT_GT(written.files.size(), 4u);
    const auto index = read_json_file(folder / "out" / "diffusion_pytorch_model.safetensors.index.json");
    ASSERT_TRUE(index.ok());
    EXPECT_EQ((*index)["weight_map"].size(), before.tensors.size());
    EXPECT_EQ((*index)["metadata"]["total_size"].get<std::uint64_t>(), written.bytes);
    expect_values(before, open_path(folder / "out"), kSame);
}

TEST(Convert, ScalesAreThoseOfTheirRowTileOrTensor) {
    // By hand, from the stored numbers.
    for (const char* const name : {"layouts/lightx2v/int8.safetensors", "layouts/turbodiffusion/sla-quant.pth",
                                   "layouts/comfy/fp8_e4m3fn_scaled.safetensors"}) {
        SCOPED_TRACE(name);
        const Recognised part = open_golden(name);
        std::size_t checked = 0;
        for (const NamedTensor& tensor : part.tensors) {
            if (tensor.scheme == checkpoint::Scheme::kPlain) continue;
            std::vector<float> stored(static_cast<std::size_t>(element_count(tensor))),
                scale(static_cast<std::size_t>(io::value_count(*tensor.scale)));
            io::read_values(*part.checkpoint, *tensor.stored, 0, stored);
            io::read_values(*part.checkpoint, *tensor.scale, 0, scale);
            const auto columns = static_cast<std::size_t>(tensor.shape[1]), tiles = (columns + 127) / 128;
            for (std::size_t i = 0; i < stored.size(); ++i) {
                const std::size_t row = i / columns, column = i % columns;
                stored[i] *= tensor.scheme == checkpoint::Scheme::kRowScale    ? scale[row]
                             : tensor.scheme == checkpoint::Scheme::kTileScale ? scale[row / 128 * tiles + column / 128]
                                                                               : scale[0];
            }
            EXPECT_EQ(values_of(part, tensor), stored) << tensor.name;
            // A stretch from the middle, across rows.
            std::vector<float> some(columns + 7);
            read_weight(part, tensor, columns * 3 + 5, some);
            EXPECT_TRUE(
                std::equal(some.begin(), some.end(), stored.begin() + static_cast<std::ptrdiff_t>(columns * 3 + 5)))
                << tensor.name;
            ++checked;
        }
        EXPECT_EQ(checked, 10u);
    }
}

TEST(Convert, QuantisingRoundsToBf16First) {
    // As TurboDiffusion's converter does: fp32 weights give the same bytes as their bf16 copy.
    const test::TempFolder folder;
    const Recognised wide = open_golden("dit/flf2v_hd64/weights.safetensors");
    convert_ok(wide, folder / "bf16", {Form::kDiffusers, io::DType::kBF16});
    convert_ok(wide, folder / "a", {Form::kW8A8, io::DType::kBF16});
    convert_ok(open_path(folder / "bf16"), folder / "b", {Form::kW8A8, io::DType::kBF16});
    const Recognised a = open_path(folder / "a"), b = open_path(folder / "b");
    for (const NamedTensor& tensor : a.tensors) {
        if (tensor.scheme != checkpoint::Scheme::kTileScale) continue;
        const auto left = a.checkpoint->bytes(*tensor.stored),
                   right = b.checkpoint->bytes(*find(b, tensor.name)->stored);
        EXPECT_TRUE(std::equal(left.begin(), left.end(), right.begin(), right.end())) << tensor.name;
    }
}

TEST(Convert, ScaledFp8KeepsComfyUisMarker) {
    const test::TempFolder folder;
    convert_ok(open_golden("layouts/comfy/fp8_e4m3fn_scaled.safetensors"), folder / "out.safetensors",
               {Form::kBlocks, {}});
    const auto file = io::Checkpoint::open(folder / "out.safetensors");
    ASSERT_TRUE(file.ok());
    EXPECT_NE((*file)->find("model.diffusion_model.scaled_fp8"), nullptr);
    EXPECT_NE((*file)->find("model.diffusion_model.blocks.0.ffn.0.scale_weight"), nullptr);
}

TEST(Convert, WhatIsRefused) {
    const test::TempFolder folder;
    const Recognised dit = open_golden("dit/i2v22_hd24/weights.safetensors"),
                     vae = open_golden("vae/v21/weights.safetensors");
    const auto refused = [&](const Recognised& part, const fs::path& target, const Options& options, ErrorCode code,
                             const std::string& field) {
        const auto result = convert_part(part, target, options, [](const Progress&) {}, {});
        ASSERT_FALSE(result.ok());
        EXPECT_EQ(result.error().code, code);
        EXPECT_EQ(result.error().field, field);
        EXPECT_FALSE(result.error().fix.empty());
    };
    folder.write("there.safetensors", "mine");
    refused(dit, folder / "there.safetensors", {Form::kBlocks, {}}, ErrorCode::kInvalidArgument, "DST");
    refused(dit, folder.path(), {Form::kDiffusers, {}}, ErrorCode::kInvalidArgument, "DST");
    refused(dit, folder / "new.safetensors", {Form::kBlocks, {}}, ErrorCode::kInvalidArgument, "DST");  // heads of 24
    refused(dit, folder / "new.pth", {Form::kBlocks, {}}, ErrorCode::kInvalidArgument, "DST");
    refused(vae, folder / "new", {Form::kW8A8, {}}, ErrorCode::kInvalidArgument, "--to");
    refused(dit, folder / "new", {Form::kBlocks, io::DType::kI8}, ErrorCode::kInvalidArgument, "--dtype");
    refused(dit, folder / "no" / "such" / "new", {Form::kBlocks, {}}, ErrorCode::kIo, "");
    EXPECT_EQ(folder.count_files(), 1u);
}

TEST(Convert, CancelLeavesNothing) {
    const test::TempFolder folder;
    const Recognised part = open_golden("dit/flf2v_hd64/weights.safetensors");
    for (const Form form : {Form::kDiffusers, Form::kW8A8, Form::kBlocks}) {
        std::stop_source stop;
        stop.request_stop();
        const auto result = convert_part(
            part, folder / "out", {form, {}}, [](const Progress&) {}, stop.get_token());
        ASSERT_FALSE(result.ok());
        EXPECT_EQ(result.error().code, ErrorCode::kCancelled);
        EXPECT_EQ(folder.count_files(), 0u);
    }
}

/// A transformer as long as it takes: 128 wide, `layers` blocks, values of a simple rule, one of them replaced.
fs::path make_large(const test::TempFolder& folder, int layers, std::int64_t ffn, float odd_one) {
    const Recognised model = open_golden("layouts/turbodiffusion/sla.pth");
    std::vector<OutTensor> tensors;
    const auto produce = [odd_one](std::uint64_t count) {
        return [count, odd_one](const ByteSink& sink) -> Result<void> {
            std::vector<float> some(1 << 16);
            for (std::uint64_t at = 0; at < count; at += some.size()) {
                const auto part =
                    std::span(some).first(static_cast<std::size_t>(std::min<std::uint64_t>(some.size(), count - at)));
                for (std::size_t i = 0; i < part.size(); ++i)
                    part[i] = 0.01F * static_cast<float>((at + i) % 37) - 0.2F;
                if (at == 0) part[0] = odd_one;
                STUDIO_TRY_VOID(sink(std::as_bytes(part)));
            }
            return {};
        };
    };
    for (const NamedTensor& tensor : model.tensors) {
        if (tensor.name.find("proj_l") != std::string::npos) continue;
        const bool is_block = tensor.name.starts_with("blocks.0.");
        for (int layer = 0; layer < (is_block ? layers : 1); ++layer) {
            std::vector<std::int64_t> shape = tensor.shape;
            const std::string rest = is_block ? tensor.name.substr(9) : tensor.name;
            if (rest.starts_with("ffn.0.")) shape[0] = ffn;
            if (rest == "ffn.2.weight") shape[1] = ffn;
            OutTensor out{is_block ? fmt::format("blocks.{}.{}", layer, rest) : rest, io::DType::kF32, shape, {}};
            out.produce = produce(out.bytes() / 4);
            tensors.push_back(std::move(out));
        }
    }
    const auto written = write_stream(folder / "large.safetensors", tensors, 8, {});
    if (!written.ok()) throw Failure(written.error());
    return folder / "large.safetensors";
}

std::uint64_t anonymous_bytes() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("RssAnon:")) return std::stoull(line.substr(8)) * 1024;
    }
    return 0;
}

TEST(Convert, MemoryDoesNotGrowWithTheModel) {
#ifdef __SANITIZE_ADDRESS__
    GTEST_SKIP() << "the sanitizer keeps freed memory and shadows it";
#endif
#ifdef __linux__
    const test::TempFolder folder;
    const fs::path source = make_large(folder, 12, 24 * 1024, 0.5F);
    ASSERT_GT(fs::file_size(source), 250u << 20);
    const Recognised part = open_path(source);
    for (const Form form : {Form::kBlocks, Form::kW8A8, Form::kDiffusers}) {
        const std::uint64_t before = anonymous_bytes();
        std::uint64_t most = 0;
        const auto written = convert_part(
            part, folder / "out", {form, form == Form::kDiffusers ? std::optional(io::DType::kBF16) : std::nullopt},
            [&](const Progress&) { most = std::max(most, anonymous_bytes()); }, {});
        ASSERT_TRUE(written.ok()) << written.error().message;
        ASSERT_GT(most, 0u);
        EXPECT_LT(most - std::min(before, most), 48u << 20);  // the largest tensor has 12.6 MB
        fs::remove_all(folder / "out");
    }
#else
    GTEST_SKIP() << "needs /proc/self/status";
#endif
}

TEST(Convert, BadValuesAreNamedAndNothingIsLeft) {
    const test::TempFolder folder;
    for (const auto& [value, dtype] :
         {std::pair(std::nanf(""), std::optional<io::DType>()), std::pair(1e6F, std::optional(io::DType::kF16))}) {
        const fs::path source = make_large(folder, 1, 128, value);
        const auto result =
            convert_part(open_path(source), folder / "out", {Form::kDiffusers, dtype}, [](const Progress&) {}, {});
        ASSERT_FALSE(result.ok());
        EXPECT_EQ(result.error().code, ErrorCode::kCorruptFile);
        EXPECT_EQ(result.error().file, path_to_utf8(source));
        EXPECT_FALSE(result.error().field.empty());
        EXPECT_FALSE(result.error().fix.empty());
        EXPECT_EQ(folder.count_files(), 1u);
        fs::remove(source);
    }
}

}  // namespace
}  // namespace studio::convert

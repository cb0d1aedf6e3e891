// support/tiny_models.h - checkpoints of every layout and container, made from the names and shapes in
// tests/data/checkpoint. The values mean nothing.
#pragma once
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "core/json.h"
#include "io/dtype.h"
#include "io/safetensors_writer.h"
#include "support/gguf_bytes.h"
#include "support/torch_bytes.h"

namespace studio::test {

using TinyShapes = std::map<std::string, std::vector<std::int64_t>>;

struct TinyModel {
    TinyShapes shapes;
    std::map<std::string, io::DType> dtypes;   // BF16 where nothing is said
    std::map<std::string, std::string> bytes;  // where the content matters

    io::DType dtype_of(const std::string& name) const {
        const auto at = dtypes.find(name);
        return at != dtypes.end() ? at->second : io::DType::kBF16;
    }
    std::string bytes_of(const std::string& name) const {
        if (const auto at = bytes.find(name); at != bytes.end()) return at->second;
        std::size_t values = 1;
        for (const std::int64_t side : shapes.at(name))
            values *= static_cast<std::size_t>(side);
        const auto format = io::block_format(dtype_of(name));
        return std::string(values / static_cast<std::size_t>(format.elements) * static_cast<std::size_t>(format.bytes),
                           '\x11');
    }
    TinyModel& add(const std::string& name, std::vector<std::int64_t> shape, io::DType type = io::DType::kBF16) {
        shapes[name] = std::move(shape);
        dtypes[name] = type;
        return *this;
    }
};

/// Names and shapes of tests/data/checkpoint/<name>.json.
inline TinyModel tiny(const std::string& name) {
    auto json = read_json_file(std::filesystem::path(STUDIO_TEST_DATA) / "checkpoint" / (name + ".json"));
    EXPECT_TRUE(json.ok());
    TinyModel out;
    if (json.ok()) out.shapes = (*json)["tensors"].get<TinyShapes>();
    return out;
}

/// Every side of length `from` becomes `to`.
inline TinyModel resized(TinyModel model, std::int64_t from, std::int64_t to) {
    for (auto& [name, shape] : model.shapes)
        for (auto& side : shape)
            side = side == from ? to : side;
    return model;
}

inline TinyModel prefixed(const TinyModel& model, const std::string& prefix) {
    TinyModel out;
    for (const auto& [name, shape] : model.shapes)
        out.add(prefix + name, shape, model.dtype_of(name));
    return out;
}

/// A transformer in official names, one block, 128 wide, reading text of width 48 (that of tiny("umt5_hf")).
inline TinyModel tiny_dit(std::int64_t in_channels = 16, std::int64_t out_channels = 16) {
    TinyModel out = tiny("dit_t2v_official");
    out.shapes["text_embedding.0.weight"] = {128, 48};
    out.shapes["patch_embedding.weight"] = {128, in_channels, 1, 2, 2};
    out.shapes["head.head.weight"] = {4 * out_channels, 128};
    out.shapes["head.head.bias"] = {4 * out_channels};
    return out;
}

/// The same with image tokens (Wan2.1 I2V); 80 wide like tiny_clip(). `positions` > 0: FLF2V.
inline TinyModel tiny_image_dit(std::int64_t positions = 0) {
    TinyModel out = tiny_dit(36);
    for (const char* layer : {"k_img", "v_img"})
        out.add(std::string("blocks.0.cross_attn.") + layer + ".weight", {128, 128})
            .add(std::string("blocks.0.cross_attn.") + layer + ".bias", {128});
    out.add("blocks.0.cross_attn.norm_k_img.weight", {128});
    for (const auto& [layer, rows, columns] :
         {std::tuple("0", 80, 0), std::tuple("1", 80, 80), std::tuple("3", 128, 80), std::tuple("4", 128, 0)}) {
        const std::string name = std::string("img_emb.proj.") + layer;
        out.add(name + ".weight",
                columns > 0 ? std::vector<std::int64_t>{rows, columns} : std::vector<std::int64_t>{rows});
        out.add(name + ".bias", {rows});
    }
    if (positions > 0) out.add("img_emb.emb_pos", {1, positions, 80});
    return out;
}

inline TinyModel tiny_clip() {
    return resized(tiny("clip_hf"), 48, 80);
}

/// All linears of the block as TurboDiffusion stores them, with the sparse-linear projection.
inline TinyModel tiny_turbo(bool is_quantised, std::int64_t in_channels = 16) {
    TinyModel out = tiny_dit(in_channels);
    out.shapes["patch_embedding.weight"] = {128, 4 * in_channels};
    const std::string proj = "blocks.0.self_attn.attn_op.local_attn.proj_l.";
    out.add(proj + "weight", {128, 128}).add(proj + "bias", {128});
    if (!is_quantised) return out;
    for (const char* layer : {"self_attn.q", "self_attn.k", "self_attn.v", "self_attn.o", "cross_attn.q",
                              "cross_attn.k", "cross_attn.v", "cross_attn.o", "ffn.0", "ffn.2"}) {
        const std::string name = std::string("blocks.0.") + layer;
        out.shapes.erase(name + ".weight");
        out.add(name + ".int8_weight", {128, 128}, io::DType::kI8).add(name + ".scale", {1, 1}, io::DType::kF32);
    }
    return out;
}

/// The linears of the block with one extra tensor each: scaled fp8, int8 per row, ...
inline TinyModel tiny_scaled(io::DType type, const std::string& suffix, const std::vector<std::int64_t>& scale) {
    TinyModel out = tiny_dit();
    for (const char* layer : {"self_attn.q", "self_attn.k", "self_attn.v", "self_attn.o", "cross_attn.q",
                              "cross_attn.k", "cross_attn.v", "cross_attn.o", "ffn.0", "ffn.2"}) {
        const std::string name = std::string("blocks.0.") + layer;
        out.dtypes[name + ".weight"] = type;
        out.add(name + suffix, scale, io::DType::kF32);
    }
    return out;
}

inline std::filesystem::path write_safetensors(const std::filesystem::path& file, const TinyModel& model) {
    std::filesystem::create_directories(file.parent_path());
    std::map<std::string, std::string> content;
    std::vector<io::TensorBytes> tensors;
    for (const auto& [name, shape] : model.shapes) {
        const std::string& data = content[name] = model.bytes_of(name);
        tensors.push_back({name, model.dtype_of(name), shape, std::as_bytes(std::span(data))});
    }
    EXPECT_TRUE(io::write_safetensors(file, tensors).ok());
    return file;
}

inline void write_bytes(const std::filesystem::path& file, const std::string& bytes) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << bytes;
}

/// As torch.save writes a dictionary of tensors; `wrapper`: {"state_dict": {...}}.
inline std::filesystem::path write_torch(const std::filesystem::path& file, const TinyModel& model,
                                         const std::string& wrapper = "") {
    static const std::map<io::DType, std::string> kStorages{{io::DType::kBF16, "BFloat16Storage"},
                                                            {io::DType::kF32, "FloatStorage"},
                                                            {io::DType::kF16, "HalfStorage"},
                                                            {io::DType::kI8, "CharStorage"}};
    std::string entries;
    std::vector<ZipItem> items{{"archive/data.pkl", ""}, {"archive/byteorder", "little"}, {"archive/version", "3\n"}};
    std::size_t index = 0;
    for (const auto& [name, shape] : model.shapes) {
        std::vector<std::int64_t> strides(shape.size(), 1);
        for (std::size_t i = shape.size(); i-- > 1;)
            strides[i - 1] = strides[i] * shape[i];
        const std::int64_t count = shape.empty() ? 1 : strides[0] * shape[0];
        const std::string key = std::to_string(index++);
        entries += pickle::text(name) +
                   pickle::tensor(pickle::storage(kStorages.at(model.dtype_of(name)), key, count), {0, shape, strides});
        items.push_back({"archive/data/" + key, model.bytes_of(name)});
    }
    std::string value = pickle::dict(entries);
    if (!wrapper.empty()) value = pickle::dict(pickle::text(wrapper) + value);
    items[0].data = pickle::stream(value);
    write_bytes(file, zip_bytes(items));
    return file;
}

/// `blocks`: a "wan.block_count" in the header.
inline std::filesystem::path write_gguf(const std::filesystem::path& file, const TinyModel& model,
                                        const std::string& architecture = "wan", int blocks = 0) {
    static const std::map<io::DType, std::uint32_t> kTypes{
        {io::DType::kF32, 0}, {io::DType::kF16, 1}, {io::DType::kBF16, 30}, {io::DType::kQ8_0, 8}};
    GgufParts parts;
    parts.keys = {gguf_key("general.architecture", 8, gguf_text(architecture))};
    if (blocks > 0)
        parts.keys.push_back(
            gguf_key(architecture + ".block_count", 4, gguf_le(static_cast<std::uint64_t>(blocks), 4)));
    parts.tensors.clear();
    parts.data.clear();
    for (const auto& [name, shape] : model.shapes) {
        while (parts.data.size() % 32 != 0)
            parts.data += '\0';
        std::vector<std::uint64_t> dims(shape.rbegin(), shape.rend());
        parts.tensors.push_back({name, dims, kTypes.at(model.dtype_of(name)), parts.data.size()});
        parts.data += model.bytes_of(name);
    }
    write_bytes(file, gguf_bytes(parts));
    return file;
}

}  // namespace studio::test

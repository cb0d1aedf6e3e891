// A checkpoint made of names and shapes from tests/data/checkpoint/*.json (headers of the golden networks), with values
// of no meaning, so that naming and sizes can be tested without any weights.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/recognise.h"
#include "core/json.h"
#include "core/text.h"
#include "io/safetensors_writer.h"
#include "support/temp_folder.h"

namespace studio::checkpoint {

using Shapes = std::map<std::string, std::vector<std::int64_t>>;

/// Names and shapes without bytes.
class NamesOnly final : public io::Checkpoint {
  public:
    std::vector<io::TensorInfo> infos;  // sorted by name
    std::filesystem::path main, config;
    std::vector<std::filesystem::path> paths;
    std::map<std::string, std::string> meta;

    std::span<const io::TensorInfo> tensors() const override { return infos; }
    const io::TensorInfo* find(std::string_view name) const override {
        const auto at =
            std::lower_bound(infos.begin(), infos.end(), name,
                             [](const io::TensorInfo& info, std::string_view wanted) { return info.name < wanted; });
        return at != infos.end() && at->name == name ? &*at : nullptr;
    }
    std::span<const std::byte> bytes(const io::TensorInfo&) const override { return {}; }
    Result<void> verify_unchanged() const override { return {}; }
    std::span<const std::filesystem::path> files() const override { return paths; }
    const std::map<std::string, std::string>& metadata() const override { return meta; }
    const std::filesystem::path& config_path() const override { return config; }
    const std::filesystem::path& path() const override { return main; }
    const std::filesystem::path& main_file() const override { return main; }
    std::string_view container() const override { return "safetensors"; }
};

struct ShapeFixture {
    explicit ShapeFixture(const std::string& name) {
        auto json = read_json_file(std::filesystem::path(STUDIO_TEST_DATA) / "checkpoint" / (name + ".json"));
        EXPECT_TRUE(json.ok()) << (json.ok() ? "" : json.error().message);
        config = (*json)["config"];
        shapes = (*json)["tensors"].get<Shapes>();
    }

    /// Write weights and config (unless null) into the folder and return the weights' path.
    std::filesystem::path write() const {
        std::map<std::string, std::string> bytes;
        std::vector<io::TensorBytes> tensors;
        for (const auto& [tensor, shape] : shapes) {
            std::size_t count = io::size_of(dtype_of(tensor));
            for (const std::int64_t dim : shape)
                count *= static_cast<std::size_t>(dim);
            const std::string& data = bytes[tensor] = std::string(count, '\x11');
            tensors.push_back({tensor, dtype_of(tensor), shape, std::as_bytes(std::span(data))});
        }
        const auto file = folder / "weights.safetensors";
        EXPECT_TRUE(io::write_safetensors(file, tensors).ok());
        if (!config.is_null()) folder.write("config.json", config.dump());
        return file;
    }
    Result<Recognised> recognised() const {
        auto checkpoint = std::make_shared<NamesOnly>();
        checkpoint->main = folder / "weights.safetensors";
        checkpoint->paths = {checkpoint->main};
        if (!config.is_null()) checkpoint->config = folder.write("config.json", config.dump());
        for (const auto& [tensor, shape] : shapes) {
            std::uint64_t bytes = io::size_of(dtype_of(tensor));
            for (const std::int64_t dim : shape)
                bytes *= static_cast<std::uint64_t>(dim);
            checkpoint->infos.push_back({tensor, dtype_of(tensor), shape, bytes, 0, 0, {}});
        }
        return recognise(std::move(checkpoint));
    }
    void add_prefix(const std::string& prefix) {
        Shapes renamed;
        for (auto& [tensor, shape] : shapes)
            renamed[prefix + tensor] = shape;
        shapes = std::move(renamed);
    }
    io::DType dtype_of(const std::string& tensor) const {
        const auto at = dtypes.find(tensor);
        return at != dtypes.end() ? at->second : io::DType::kBF16;
    }

    Json config;
    Shapes shapes;
    std::map<std::string, io::DType> dtypes;
    test::TempFolder folder;
};

inline const NamedTensor* find(const Recognised& recognised, std::string_view name) {
    for (const NamedTensor& tensor : recognised.tensors) {
        if (tensor.name == name) return &tensor;
    }
    return nullptr;
}

}  // namespace studio::checkpoint

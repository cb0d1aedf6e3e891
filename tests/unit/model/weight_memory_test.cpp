// Loading takes no memory beside the mapped file, unless values must be changed. Linux: reads /proc.
#include <fstream>

#include "counting_allocator.h"
#include "model/weight_source.h"
#include "random_dit.h"

namespace studio {
namespace {

constexpr std::int64_t kLayers = 16, kSide = 1024;  // 4 MiB each in fp32

std::int64_t status_kib(const std::string& key) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with(key)) return std::stoll(line.substr(key.size() + 1));
    }
    return -1;
}

std::int64_t bytes_read() {
    std::ifstream io("/proc/self/io");
    for (std::string line; std::getline(io, line);) {
        if (line.starts_with("rchar:")) return std::stoll(line.substr(6));
    }
    return -1;
}

/// Linears named blocks.N.ffn.0, with a bias each, of one stored form.
template <class F>
checkpoint::Recognised stored(test::ModelFiles& files, F&& store) {
    test::Tensors tensors;
    const at::Tensor weight = test::Randomness(1).normal({kSide, kSide}, 0.1);
    for (std::int64_t i = 0; i < kLayers; ++i) {
        const std::string name = "blocks." + std::to_string(i) + ".ffn.0";
        store(name, weight, tensors);
        tensors[name + ".bias"] = at::zeros({kSide});
    }
    checkpoint::Recognised out;
    out.checkpoint = io::Checkpoint::open(files.write(tensors, "{}")).value();
    for (const io::TensorInfo& info : out.checkpoint->tensors())
        out.tensors.push_back({info.name, info.shape, &info, checkpoint::Scheme::kPlain, nullptr});
    return out;
}

struct Growth {
    std::int64_t anonymous_kib = 0, read = 0;
    std::vector<Linear> layers;
};

Growth load(const checkpoint::Recognised& recognised, at::ScalarType type) {
    const WeightSource source(recognised, at::kCPU);
    Growth growth;
    const std::int64_t anonymous = status_kib("RssAnon:"), read = bytes_read();
    for (std::int64_t i = 0; i < kLayers; ++i)
        growth.layers.push_back(source.linear("blocks." + std::to_string(i) + ".ffn.0", kSide, kSide, type));
    growth.anonymous_kib = status_kib("RssAnon:") - anonymous;
    growth.read = bytes_read() - read;
    return growth;
}

class WeightMemory : public ::testing::Test {
  protected:
    void SetUp() override {
        if (status_kib("RssAnon:") < 0) GTEST_SKIP() << "no /proc on this system";
    }
    test::CountingAllocator& allocated_ = test::CountingAllocator::install();
    test::ModelFiles files_;
};

constexpr std::int64_t kLittleKib = 1024;

TEST_F(WeightMemory, StoredTypeIsMappedAndNotCopied) {
    const auto recognised = stored(files_, [](const std::string& name, const at::Tensor& weight, test::Tensors& file) {
        file[name + ".weight"] = weight;
    });
    const Growth growth = load(recognised, at::kFloat);
    EXPECT_LT(growth.anonymous_kib, kLittleKib) << "of " << kLayers * kSide * kSide * 4 / 1024 << " KiB of weights";
    EXPECT_LT(growth.read, 64 << 10);
}

TEST_F(WeightMemory, QuantisedWeightsStayAsTheyAre) {
    const auto recognised = stored(files_, [](const std::string& name, const at::Tensor& weight, test::Tensors& file) {
        file[name + ".weight"] = weight.to(at::kFloat8_e4m3fn);
    });
    const Growth growth = load(recognised, at::kFloat);
    EXPECT_LT(growth.anonymous_kib, kLittleKib);
    EXPECT_TRUE(growth.layers[3].weight.is_quantised());
    // Their use takes a few pieces, not the whole.
    const at::Tensor x = at::ones({40, kSide});
    allocated_.start();
    for (const Linear& layer : growth.layers)
        ops::linear(x, layer);
    EXPECT_LT(allocated_.peak_above_start(), 6U << 20);
}

TEST_F(WeightMemory, ConvertedWeightsAreThereOnce) {
    const auto recognised = stored(files_, [](const std::string& name, const at::Tensor& weight, test::Tensors& file) {
        file[name + ".weight"] = weight.to(at::kBFloat16);
    });
    allocated_.start();
    const Growth growth = load(recognised, at::kFloat);
    const std::size_t needed = kLayers * kSide * kSide * 4;
    EXPECT_LT(allocated_.peak_above_start(), needed + needed / 20);
    EXPECT_GE(allocated_.peak_above_start(), needed);
}

TEST_F(WeightMemory, ADenseTableIsNotConverted) {
    const auto recognised = stored(files_, [](const std::string& name, const at::Tensor& weight, test::Tensors& file) {
        file[name + ".weight"] = weight.to(at::kBFloat16);
    });
    const WeightSource source(recognised, at::kCPU);
    allocated_.start();
    const LinearWeight table = source.table("blocks.2.ffn.0.weight", kSide, kSide);
    EXPECT_EQ(table.select_rows(at::tensor({5}, at::kLong)).scalar_type(), at::kFloat);
    EXPECT_LT(allocated_.peak_above_start(), 64U << 10);
}

TEST_F(WeightMemory, ATableOfWhichRowsAreReadIsNotExpanded) {
    const auto recognised = stored(files_, [](const std::string& name, const at::Tensor& weight, test::Tensors& file) {
        file[name + ".weight"] = weight.to(at::kFloat8_e5m2);
    });
    const WeightSource source(recognised, at::kCPU);
    allocated_.start();
    const LinearWeight table = source.table("blocks.2.ffn.0.weight", kSide, kSide);
    const at::Tensor rows = table.select_rows(at::tensor({5, 1000}, at::kLong));
    EXPECT_LT(allocated_.peak_above_start(), 64U << 10);
    EXPECT_TRUE(at::equal(rows[1], table.expand(1000, 1001)[0]));
}

}  // namespace
}  // namespace studio

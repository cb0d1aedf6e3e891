// Blocks made ready one after the other: the same numbers, two blocks at a time.
#include <atomic>

#include "counting_allocator.h"
#include "golden_model.h"
#include "model/block_stream.h"
#include "model/umt5_encoder.h"
#include "model/wan_dit.h"
#include "tensor/noise.h"

namespace studio {
namespace {

struct Counted {
    explicit Counted(std::int64_t i) : index(i) { most = std::max(most.load(), ++alive); }
    Counted(Counted&& other) noexcept : index(std::exchange(other.index, -1)) {}
    Counted& operator=(Counted&& other) noexcept {
        std::swap(index, other.index);
        return *this;
    }
    ~Counted() {
        if (index >= 0) --alive;
    }
    std::int64_t index;
    static inline std::atomic<int> alive{0}, most{0};
};

class Stream : public ::testing::Test {
  protected:
    Stream() { Counted::alive = Counted::most = 0; }
    std::vector<std::int64_t> made_, forgotten_;
    std::mutex mutex_;
    BlockStream<Counted> stream(std::int64_t count, std::int64_t broken = -1) {
        return {count, at::kCPU,
                [this, broken](std::int64_t index) {
                    const std::lock_guard lock(mutex_);
                    made_.push_back(index);
                    if (index == broken && made_.size() < 4) throw Failure(internal_error("broken"));
                    return Counted(index);
                },
                [this](std::int64_t index) {
                    const std::lock_guard lock(mutex_);
                    forgotten_.push_back(index);
                }};
    }
};

TEST_F(Stream, TwoBlocksAtMostAndEachOncePerPass) {
    {
        auto blocks = stream(5);
        for (int pass = 0; pass < 3; ++pass)
            for (std::int64_t i = 0; i < 5; ++i)
                EXPECT_EQ(blocks.take(i).index, i);
    }
    EXPECT_LE(Counted::most, 2);
    EXPECT_EQ(Counted::alive, 0);
    ASSERT_GE(made_.size(), 15u);
    EXPECT_LE(made_.size(), 16u);  // the first of a pass that did not come
    for (std::size_t i = 0; i < 15; ++i)
        EXPECT_EQ(made_[i], static_cast<std::int64_t>(i % 5));
    ASSERT_GE(forgotten_.size(), 13u);
    EXPECT_EQ(std::vector<std::int64_t>(forgotten_.begin(), forgotten_.begin() + 5),
              (std::vector<std::int64_t>{0, 1, 2, 3, 4}));
}

TEST_F(Stream, AnyOrderWorks) {
    auto blocks = stream(4);
    for (const std::int64_t index : {2, 0, 1, 1, 3, 0, 2})
        EXPECT_EQ(blocks.take(index).index, index);
    EXPECT_LE(Counted::most, 2);
}

TEST_F(Stream, AFailureComesOutWhereItsBlockIsTaken) {
    auto blocks = stream(3, 1);
    EXPECT_EQ(blocks.take(0).index, 0);
    EXPECT_THROW(blocks.take(1), Failure);
    EXPECT_THROW(blocks.take(1), Failure);
    EXPECT_EQ(blocks.take(1).index, 1);  // it can be made by now
    EXPECT_EQ(blocks.take(2).index, 2);
}

TEST_F(Stream, OneBlockIsEnough) {
    auto blocks = stream(1);
    for (int pass = 0; pass < 3; ++pass)
        EXPECT_EQ(blocks.take(0).index, 0);
    EXPECT_LE(Counted::most, 2);
}

class StreamedDit : public ::testing::TestWithParam<Precision> {
  protected:
    std::unique_ptr<WanDit> load(Residency residency) const {
        DitOptions options;
        options.residency = residency;
        return WanDit::load(test::golden_weights("dit/t2v_hd12_b2", checkpoint::Role::kDit),
                            Compute{at::kCPU, GetParam()}, options);
    }
};

TEST_P(StreamedDit, SameNumbers) {
    const auto resident = load(Residency::kResident), streamed = load(Residency::kStreamed);
    for (std::uint32_t seed = 0; seed < 3; ++seed) {
        const at::Tensor text = gaussian_noise({1, 7, resident->config().text_dim}, seed, 0);
        const at::Tensor latent = gaussian_noise({1, 16, 3, 4, 6}, seed, 1), time = at::tensor({900.0 - seed});
        const auto a = resident->prepare(text, 16), b = streamed->prepare(text, 16);
        EXPECT_TRUE(at::equal(resident->forward(latent, time, *a), streamed->forward(latent, time, *b))) << seed;
    }
}

TEST_P(StreamedDit, GoesOnAfterACancelledPass) {
    const auto resident = load(Residency::kResident), streamed = load(Residency::kStreamed);
    const at::Tensor text = gaussian_noise({1, 7, resident->config().text_dim}, 1, 0);
    const at::Tensor latent = gaussian_noise({1, 16, 3, 4, 6}, 1, 1), time = at::tensor({900.0});
    const auto a = resident->prepare(text, 16), b = streamed->prepare(text, 16);
    std::stop_source stop;
    const auto after_first = [&](int, int) { stop.request_stop(); };
    EXPECT_EQ(test::failure_of([&] { streamed->forward(latent, time, *b, stop.get_token(), after_first); }).code,
              ErrorCode::kCancelled);
    EXPECT_TRUE(at::equal(resident->forward(latent, time, *a), streamed->forward(latent, time, *b)));
}

INSTANTIATE_TEST_SUITE_P(Types, StreamedDit, ::testing::Values(Precision::kF32, Precision::kBF16),
                         [](const auto& entry) { return entry.param == Precision::kF32 ? "fp32" : "bf16"; });

TEST(StreamedText, SameNumbers) {
    const auto weights = test::golden_weights("umt5", checkpoint::Role::kTextEncoder);
    const auto resident = Umt5Encoder::load(weights, Compute{});
    const auto streamed = Umt5Encoder::load(weights, Compute{}, Residency::kStreamed);
    for (std::int64_t first = 3; first < 6; ++first) {
        const at::Tensor ids = at::arange(first, first + 9, at::kLong).unsqueeze(0);
        EXPECT_TRUE(at::equal(resident->encode(ids, at::ones_like(ids)), streamed->encode(ids, at::ones_like(ids))));
    }
}

TEST(StreamedMemory, WeightsAreNotHeld) {
    auto& allocator = test::CountingAllocator::install();
    const auto recognised = test::golden_weights("dit/t2v_hd12_b2", checkpoint::Role::kDit);
    const auto held = [&](Residency residency) {
        DitOptions options;
        options.residency = residency;
        allocator.start();
        const std::size_t before = allocator.now();
        const auto dit = WanDit::load(recognised, Compute{at::kCPU, Precision::kBF16}, options);  // stored as fp32
        return allocator.now() - before;
    };
    EXPECT_LT(held(Residency::kStreamed), held(Residency::kResident) / 2);
}

}  // namespace
}  // namespace studio

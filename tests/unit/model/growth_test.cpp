// How cost grows with size: bytes, counted by the allocator, never timings.
#include "counting_allocator.h"
#include "golden_model.h"
#include "model/umt5_encoder.h"
#include "model/wan_dit.h"
#include "tensor/noise.h"

namespace studio {
namespace {

class Growth : public ::testing::Test {
  protected:
    static constexpr std::int64_t kTokensPerFrame = 8 * 8;

    std::unique_ptr<WanDit> load(const DitOptions& options = {}) const {
        return WanDit::load(test::golden_weights("dit/t2v_hd12_b2", checkpoint::Role::kDit), Compute{}, options);
    }
    static at::Tensor latent(std::int64_t frames) { return gaussian_noise({1, 16, frames, 16, 16}, 3, 1); }
    static at::Tensor text(const WanDit& dit, std::int64_t rows) {
        return gaussian_noise({1, rows, dit.config().text_dim}, 3, 0);
    }
    struct Cost {
        double peak, total;
    };
    Cost forward(const WanDit& dit, std::int64_t frames, const DitContext& context) {
        const at::Tensor hidden = latent(frames), time = at::tensor({500.0});
        allocator_.start();
        dit.forward(hidden, time, context);
        return {double(allocator_.peak_above_start()), double(allocator_.total_since_start())};
    }
    Cost second_forward(const WanDit& dit, std::int64_t frames) {
        const auto context = dit.prepare(text(dit, 7), 16);
        forward(dit, frames, *context);
        return forward(dit, frames, *context);
    }

    test::CountingAllocator& allocator_ = test::CountingAllocator::install();
};

TEST_F(Growth, TransformerMemoryIsLinearInTokens) {
    const auto dit = load();
    const double one = second_forward(*dit, 8).peak, two = second_forward(*dit, 16).peak,
                 four = second_forward(*dit, 32).peak;
    EXPECT_NEAR((four - two) / (two - one), 2.0, 0.1);
    const double tokens = 32 * kTokensPerFrame;
    EXPECT_LT(four, tokens * tokens * 4) << "a buffer of tokens x tokens";
}

TEST_F(Growth, FeedForwardMemoryDoesNotGrowWithTokens) {
    DitOptions chunked;
    chunked.feed_forward_values = 1;  // the least: 256 tokens at a time
    const auto whole = load(), parts = load(chunked);
    const double dim = double(whole->config().dim), hidden = double(whole->config().ffn_dim);
    const double tokens = 16 * kTokensPerFrame;
    const auto per_token = [&](const WanDit& dit) {
        return (second_forward(dit, 32).peak - second_forward(dit, 16).peak) / tokens;
    };
    // In parts the attention is the fullest moment: seven rows of dim. Whole, the hidden row is on top of three.
    EXPECT_LT(per_token(*parts), 8.5 * dim * 4 + 200);
    if (hidden > 6 * dim) {
        EXPECT_GT(per_token(*whole), per_token(*parts) * 1.05);
    }
    const auto context = whole->prepare(text(*whole, 7), 16);
    const auto other = parts->prepare(text(*parts, 7), 16);
    const at::Tensor time = at::tensor({500.0});
    EXPECT_LE(
        test::relative_error(parts->forward(latent(16), time, *other), whole->forward(latent(16), time, *context)),
        2e-6);
}

// The context holds the keys and values of every layer and nothing else of the text: forward() cannot make them again.
TEST_F(Growth, KeysAndValuesOfTheTextAreMadeOncePerPrompt) {
    const auto dit = load();
    const auto& c = dit->config();
    const auto held = [&](std::int64_t rows) {
        const at::Tensor prompt = text(*dit, rows);
        const std::size_t before = allocator_.now();
        const auto context = dit->prepare(prompt);
        return static_cast<double>(allocator_.now() - before);
    };
    const double row_of_one_layer = static_cast<double>(c.dim) * 4;
    const double per_row = (held(512) - held(256)) / 256;
    EXPECT_NEAR(per_row, static_cast<double>(2 * c.num_layers) * row_of_one_layer, row_of_one_layer / 2);
}

TEST_F(Growth, RotaryTableIsMadeOncePerShape) {
    const auto dit = load();
    const auto context = dit->prepare(text(*dit, 7), 16);
    const double first = forward(*dit, 16, *context).total, second = forward(*dit, 16, *context).total;
    const double table = 16.0 * kTokensPerFrame * double(dit->config().head_dim) * 4;
    EXPECT_GE(first - second, table);
    EXPECT_EQ(forward(*dit, 16, *context).total, second);
    EXPECT_GE(forward(*dit, 17, *context).total - second, table) << "another shape needs another table";
}

TEST_F(Growth, AStepLeavesNothingBehind) {
    const auto dit = load();
    const auto context = dit->prepare(text(*dit, 7), 16);
    forward(*dit, 8, *context);
    const std::size_t before = allocator_.now();
    for (int step = 0; step < 3; ++step)
        forward(*dit, 8, *context);
    EXPECT_EQ(allocator_.now(), before);
}

TEST_F(Growth, PaddingOfThePromptCostsNothing) {
    const auto encoder = Umt5Encoder::load(test::golden_weights("umt5", checkpoint::Role::kTextEncoder), Compute{});
    const at::Tensor ids = at::full({1, 512}, 5, at::kLong);
    at::Tensor mask = at::zeros_like(ids);
    mask.slice(1, 0, 40).fill_(1);
    const auto work = [&](const at::Tensor& used) {
        encoder->encode(ids, used);
        allocator_.start();
        encoder->encode(ids, used);
        return double(allocator_.total_since_start());
    };
    EXPECT_LE(work(mask), work(at::ones_like(ids)) / 8);
}

}  // namespace
}  // namespace studio

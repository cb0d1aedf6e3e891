#include "model/umt5_encoder.h"

#include "golden_model.h"

namespace studio {
namespace {

class Umt5 : public ::testing::Test {
  protected:
    std::unique_ptr<Umt5Encoder> encoder_ =
        Umt5Encoder::load(test::golden_weights("umt5", checkpoint::Role::kTextEncoder), Compute{});
};

TEST_F(Umt5, PaddingChangesNothing) {
    const at::Tensor ids = at::arange(3, 12, at::kLong).unsqueeze(0);
    const at::Tensor alone = encoder_->encode(ids, at::ones_like(ids));
    const at::Tensor padded_ids = at::cat({ids, at::full({1, 30}, 17, at::kLong)}, 1);
    const at::Tensor mask = at::cat({at::ones_like(ids), at::zeros({1, 30}, at::kLong)}, 1);
    const at::Tensor padded = encoder_->encode(padded_ids, mask);
    EXPECT_TRUE(at::equal(padded.slice(1, 0, 9), alone));
    EXPECT_EQ(padded.slice(1, 9).abs().max().item<float>(), 0.0f);
}

TEST_F(Umt5, EmptyMaskGivesZeros) {
    const at::Tensor ids = at::ones({2, 5}, at::kLong);
    EXPECT_EQ(encoder_->encode(ids, at::zeros_like(ids)).abs().max().item<float>(), 0.0f);
}

TEST_F(Umt5, RefusesIdsOfAnotherTokenizer) {
    const at::Tensor ids = at::full({1, 4}, encoder_->config().vocab_size, at::kLong);
    EXPECT_EQ(test::failure_of([&] { encoder_->encode(ids, at::ones_like(ids)); }).code, ErrorCode::kInvalidArgument);
    const at::Tensor negative = at::full({1, 4}, -1, at::kLong);
    EXPECT_EQ(test::failure_of([&] { encoder_->encode(negative, at::ones_like(ids)); }).code,
              ErrorCode::kInvalidArgument);
    EXPECT_EQ(test::failure_of([&] {
                  encoder_->encode(ids, at::ones({1, 5}, at::kLong));
              }).code,
              ErrorCode::kInvalidArgument);
}

TEST_F(Umt5, CanBeCancelled) {
    std::stop_source source;
    source.request_stop();
    const at::Tensor ids = at::ones({1, 4}, at::kLong);
    EXPECT_EQ(test::failure_of([&] { encoder_->encode(ids, ids, source.get_token()); }).code, ErrorCode::kCancelled);
}

}  // namespace
}  // namespace studio

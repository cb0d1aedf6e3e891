#include "model/wan_dit.h"

#include "golden_model.h"
#include "model/rope_table.h"
#include "tensor/noise.h"

namespace studio {
namespace {

constexpr const char* kCase = "dit/t2v_hd12_b2";

class Dit : public ::testing::Test {
  protected:
    std::unique_ptr<WanDit> dit_ = WanDit::load(test::golden_weights(kCase, checkpoint::Role::kDit), Compute{});
    at::Tensor text_ = gaussian_noise({2, 7, dit_->config().text_dim}, 3, 0);
    at::Tensor latent_ = gaussian_noise({2, 16, 3, 4, 6}, 3, 1);
    at::Tensor time_ = at::tensor({900.0, 250.0});

    at::Tensor run(const at::Tensor& text, std::int64_t pad_to) const {
        return dit_->forward(latent_, time_, *dit_->prepare(text, pad_to));
    }
};

TEST_F(Dit, PaddingByCountEqualsPaddingByRows) {
    const at::Tensor zeros = at::zeros({2, 512 - 7, text_.size(2)});
    // A row just off zero is not packed, so the reference really attends to 505 keys.
    at::Tensor almost = zeros.clone();
    almost.fill_(1e-30);
    const at::Tensor explicit_rows = run(at::cat({text_, almost}, 1), 0);
    // 5e-6: the rows without a count may be attended to by another kernel than those with one.
    EXPECT_LE(test::relative_error(run(text_, 512), explicit_rows), 5e-6);
    EXPECT_LE(test::relative_error(run(at::cat({text_, zeros}, 1), 0), explicit_rows), 5e-6);
    EXPECT_LE(test::relative_error(run(at::cat({text_, zeros.slice(1, 0, 40)}, 1), 512), explicit_rows), 5e-6);
    // And padding matters: it is not simply dropped.
    EXPECT_GT(test::relative_error(run(text_, 0), explicit_rows), 1e-3);
    // One zero row is one key, whoever added it.
    EXPECT_LE(test::relative_error(run(text_, 8), run(at::cat({text_, zeros.slice(1, 0, 1)}, 1), 0)), 1e-6);
}

TEST_F(Dit, BatchRowsAreIndependent) {
    const at::Tensor both = run(text_, 16);
    for (std::int64_t row = 0; row < 2; ++row) {
        const auto context = dit_->prepare(text_.slice(0, row, row + 1), 16);
        const at::Tensor alone = dit_->forward(latent_.slice(0, row, row + 1), time_.slice(0, row, row + 1), *context);
        EXPECT_LE(test::relative_error(both.slice(0, row, row + 1), alone), 2e-6);
    }
}

TEST_F(Dit, TokenTimestepsEqualBatchTimesteps) {
    const std::int64_t tokens = 3 * 2 * 3;
    const auto context = dit_->prepare(text_, 0);
    const at::Tensor per_token = time_.unsqueeze(1).expand({2, tokens});
    EXPECT_LE(test::relative_error(dit_->forward(latent_, per_token, *context), run(text_, 0)), 1e-6);
}

TEST_F(Dit, StopsWithinOneBlock) {
    const auto context = dit_->prepare(text_, 0);
    std::stop_source source;
    int blocks = 0;
    const auto stop_after_first = [&](int done, int total) {
        blocks = done;
        EXPECT_EQ(total, 2);
        source.request_stop();
    };
    const Error error =
        test::failure_of([&] { dit_->forward(latent_, time_, *context, source.get_token(), stop_after_first); });
    EXPECT_EQ(error.code, ErrorCode::kCancelled);
    EXPECT_EQ(blocks, 1);
    // The network is unharmed.
    EXPECT_TRUE(at::isfinite(run(text_, 0)).all().item<bool>());
}

TEST_F(Dit, NamesWhatDoesNotFit) {
    const auto context = dit_->prepare(text_, 0);
    const auto code = [&](const at::Tensor& latent, const at::Tensor& time) {
        return test::failure_of([&] { dit_->forward(latent, time, *context); }).code;
    };
    EXPECT_EQ(code(gaussian_noise({2, 15, 3, 4, 6}, 0, 0), time_), ErrorCode::kInvalidArgument);
    EXPECT_EQ(code(gaussian_noise({2, 16, 3, 5, 6}, 0, 0), time_), ErrorCode::kInvalidArgument);
    EXPECT_EQ(code(gaussian_noise({1, 16, 3, 4, 6}, 0, 0), time_), ErrorCode::kInvalidArgument);
    EXPECT_EQ(code(latent_, at::tensor({1.0, 2.0, 3.0})), ErrorCode::kInvalidArgument);
    EXPECT_EQ(code(latent_, at::tensor({1.0, std::nan("")})), ErrorCode::kInvalidArgument);
    EXPECT_EQ(test::failure_of([&] {
                  dit_->prepare(gaussian_noise({1, 4, 3}, 0, 0));
              }).code,
              ErrorCode::kInvalidArgument);
    EXPECT_EQ(test::failure_of([&] {
                  dit_->prepare(text_, 0, gaussian_noise({2, 4, 8}, 0, 0));
              }).field,
              "encoder_hidden_states_image");
}

TEST(DitImage, ImageFeaturesAreRequiredAndCounted) {
    const auto io = test::golden_io("dit/flf2v_hd64");
    const auto dit = WanDit::load(test::golden_weights("dit/flf2v_hd64", checkpoint::Role::kDit), Compute{});
    const at::Tensor& text = io.at("encoder_hidden_states");
    const at::Tensor& image = io.at("encoder_hidden_states_image");
    EXPECT_EQ(test::failure_of([&] { dit->prepare(text); }).code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(test::failure_of([&] { dit->prepare(text, 0, image.slice(0, 0, 1)); }).code, ErrorCode::kInvalidArgument);
    EXPECT_NE(dit->prepare(text, 0, image), nullptr);
    EXPECT_NE(dit->prepare(text, 0, image.reshape({1, -1, image.size(2)})), nullptr);
}

}  // namespace
}  // namespace studio

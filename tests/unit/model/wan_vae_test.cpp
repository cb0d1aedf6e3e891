#include "model/wan_vae.h"

#include "counting_allocator.h"
#include "golden_model.h"
#include "tensor/noise.h"

namespace studio {
namespace {

class Vae : public ::testing::TestWithParam<const char*> {
  protected:
    std::unique_ptr<WanVae> vae_ =
        WanVae::load(test::golden_weights(std::string("vae/") + GetParam(), checkpoint::Role::kVae), Compute{});

    at::Tensor latent(std::int64_t frames, std::int64_t side = 4) const {
        return gaussian_noise({1, vae_->config().z_dim, frames, side, side + 1}, 9, 0);
    }
    at::Tensor decode(const at::Tensor& z) const {
        std::vector<at::Tensor> parts;
        vae_->decode(z, [&](const at::Tensor& frames) { parts.push_back(frames.clone()); });
        return at::cat(parts, 2);
    }
};

TEST_P(Vae, FramesAreCausal) {
    const at::Tensor z = latent(6);
    const at::Tensor all = decode(z), some = decode(z.slice(2, 0, 3));
    EXPECT_EQ(all.size(2), 21);
    EXPECT_LE(test::relative_error(all.slice(2, 0, 9), some), 2e-6);
    EXPECT_TRUE(all.abs().max().item<float>() <= 1.0f);
}

// 9, 33 and 81 pictures.
TEST_P(Vae, DecodeMemoryDoesNotGrowWithFrames) {
    auto& allocator = test::CountingAllocator::install();
    std::vector<std::size_t> peaks;
    for (const std::int64_t frames : {3, 9, 21}) {
        const at::Tensor z = latent(frames, 6);
        allocator.start();
        vae_->decode(z, [](const at::Tensor&) {});
        peaks.push_back(allocator.peak_above_start());
    }
    EXPECT_GT(peaks[0], 100000u);  // it did count
    for (const std::size_t peak : peaks) {
        EXPECT_NEAR(static_cast<double>(peak), static_cast<double>(peaks[0]), 0.03 * static_cast<double>(peaks[0]));
    }
}

// Every band from first to last row, the uneven ones too: what each needs beyond its own rows is exactly counted.
TEST_P(Vae, BandsMakeTheSamePicture) {
    const at::Tensor z = gaussian_noise({1, vae_->config().z_dim, 3, 43, 3}, 9, 0);
    const at::Tensor whole = decode(z);
    for (const std::int64_t count : {2, 5, 43}) {
        std::vector<at::Tensor> bands;
        for (std::int64_t i = 0; i < count; ++i) {
            std::vector<at::Tensor> parts;
            vae_->decode(
                z, [&](const at::Tensor& frames) { parts.push_back(frames.clone()); }, {}, band_rows(43, count, i));
            bands.push_back(at::cat(parts, 2));
        }
        const at::Tensor joined = at::cat(bands, 3);
        ASSERT_EQ(joined.sizes(), whole.sizes()) << count;
        // Rows that begin elsewhere fall into other tiles of the convolution: fp32 rounding, 2e-6.
        EXPECT_LE((joined - whole).abs().max().item<float>(), 5e-6f) << count;
    }
}

TEST_P(Vae, BandsTakeLessMemory) {
    auto& allocator = test::CountingAllocator::install();
    const at::Tensor z = gaussian_noise({1, vae_->config().z_dim, 3, 96, 3}, 9, 0);
    const auto peak = [&](std::optional<RowRange> band) {
        allocator.start();
        vae_->decode(
            z, [](const at::Tensor&) {}, {}, band);
        return static_cast<double>(allocator.peak_above_start());
    };
    const double whole = peak({});
    EXPECT_LT(peak(band_rows(96, 4, 1)), 0.5 * whole);
    EXPECT_LT(peak(band_rows(96, 8, 3)), 0.35 * whole);
}

TEST_P(Vae, DecodingStopsBetweenFrames) {
    std::stop_source source;
    int calls = 0;
    const auto stop_at_second = [&](const at::Tensor&) {
        if (++calls == 2) source.request_stop();
    };
    const Error error = test::failure_of([&] { vae_->decode(latent(9), stop_at_second, source.get_token()); });
    EXPECT_EQ(error.code, ErrorCode::kCancelled);
    EXPECT_EQ(calls, 2);
    EXPECT_EQ(test::failure_of([&] {
                  vae_->encode(at::zeros({1, 3, 5, 64, 64}), source.get_token());
              }).code,
              ErrorCode::kCancelled);
}

TEST_P(Vae, SinkErrorsPassThrough) {
    const auto full = [](const at::Tensor&) { throw Failure(invalid_argument("disk", "Full.", "Free some.")); };
    EXPECT_EQ(test::failure_of([&] { vae_->decode(latent(3), full); }).field, "disk");
}

TEST_P(Vae, RefusesWhatDoesNotFit) {
    const std::int64_t side = vae_->config().spatial_stride * 2;
    const auto encode_code = [&](at::IntArrayRef shape) {
        return test::failure_of([&] { vae_->encode(at::zeros(shape)); }).code;
    };
    EXPECT_EQ(encode_code({1, 3, 4, side, side}), ErrorCode::kInvalidArgument);
    EXPECT_EQ(encode_code({1, 3, 5, side + 1, side}), ErrorCode::kInvalidArgument);
    EXPECT_EQ(encode_code({1, 1, 5, side, side}), ErrorCode::kInvalidArgument);
    EXPECT_EQ(encode_code({2, 3, 5, side, side}), ErrorCode::kInvalidArgument);
    const auto decode_code = [&](at::IntArrayRef shape) {
        return test::failure_of([&] { decode(at::zeros(shape)); }).code;
    };
    EXPECT_EQ(decode_code({1, 3, 2, 4, 4}), ErrorCode::kInvalidArgument);
    EXPECT_EQ(decode_code({1, vae_->config().z_dim, 0, 4, 4}), ErrorCode::kInvalidArgument);
}

INSTANTIATE_TEST_SUITE_P(Kinds, Vae, ::testing::Values("v21", "v22"),
                         [](const auto& entry) { return std::string(entry.param); });

}  // namespace
}  // namespace studio

// One picture and grey frames: what repeats is computed once, and nothing changes for it.
#include "golden_model.h"
#include "model/wan_vae.h"
#include "tensor/noise.h"

namespace studio {
namespace {

class GreyClip : public ::testing::TestWithParam<const char*> {
  protected:
    std::unique_ptr<WanVae> vae_ =
        WanVae::load(test::golden_weights(std::string("vae/") + GetParam(), checkpoint::Role::kVae), Compute{});

    at::Tensor picture(std::uint64_t seed) const {
        const std::int64_t stride = vae_->config().spatial_stride;
        return gaussian_noise({1, 3, 2 * stride, 3 * stride}, seed, 0).clamp(-1, 1);
    }
    WanVae::Encoded plain(const WanVae::GreyClip& clip) const {
        at::Tensor video = at::zeros({1, 3, clip.num_frames, clip.first.size(2), clip.first.size(3)}, at::kFloat);
        video.select(2, 0).copy_(clip.first);
        if (clip.last) video.select(2, clip.num_frames - 1).copy_(*clip.last);
        return vae_->encode(video);
    }
    void expect_equal(const WanVae::GreyClip& clip, WanVae::EncodeWork* work = nullptr) const {
        const auto want = plain(clip);
        const auto got = vae_->encode_grey(clip, {}, {}, work);
        EXPECT_TRUE(at::equal(got.mean, want.mean));
        EXPECT_TRUE(at::equal(got.logvar, want.logvar));
        EXPECT_TRUE(at::equal(got.z_normalised, want.z_normalised));
        EXPECT_GT(got.mean.abs().max().item<float>(), 0);
    }
};

TEST_P(GreyClip, IsBitEqualAndSavesMostWork) {
    WanVae::EncodeWork work;
    expect_equal({picture(1), {}, 81}, &work);
    ASSERT_EQ(work.plain, 21);
    ASSERT_EQ(work.runs.size(), vae_->config().dim_mult.size() + 1);
    EXPECT_LE(work.runs[0], 7);  // full resolution, the costliest
    EXPECT_LE(work.runs[1], 10);
    EXPECT_GE(work.runs[0], 3);  // it does look at the picture
    EXPECT_TRUE(std::is_sorted(work.runs.begin(), work.runs.end()));
}

TEST_P(GreyClip, ShortOnes) {
    for (const std::int64_t frames : {1, 5, 9, 13})
        expect_equal({picture(2), {}, frames});
}

TEST_P(GreyClip, WithALastPicture) {
    expect_equal({picture(3), picture(4), 5});
    WanVae::EncodeWork work;
    expect_equal({picture(3), picture(4), 61}, &work);
    EXPECT_LT(work.runs[0], work.plain / 2);
}

TEST_P(GreyClip, TellsProgressAndStops) {
    std::vector<int> seen;
    std::stop_source stop;
    const auto on_chunk = [&](int done, int total) {
        EXPECT_EQ(total, 6);
        seen.push_back(done);
        if (done == 2) stop.request_stop();
    };
    try {
        vae_->encode_grey({picture(5), {}, 21}, stop.get_token(), on_chunk);
        FAIL() << "did not stop";
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.error().code, ErrorCode::kCancelled);
    }
    EXPECT_EQ(seen, (std::vector<int>{1, 2}));
}

TEST_P(GreyClip, RefusesPicturesOfTwoSizesAndOddLengths) {
    const at::Tensor one = picture(6);
    const at::Tensor wide = at::cat({one, one}, 3);
    for (const WanVae::GreyClip& clip : {WanVae::GreyClip{one, wide, 9}, WanVae::GreyClip{one, {}, 8},
                                         WanVae::GreyClip{one, {}, 0}, WanVae::GreyClip{one, one, 1}}) {
        try {
            vae_->encode_grey(clip);
            FAIL() << clip.num_frames;
        } catch (const Failure& failure) {
            EXPECT_EQ(failure.error().code, ErrorCode::kInvalidArgument);
            EXPECT_FALSE(failure.error().fix.empty());
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Both, GreyClip, ::testing::Values("v21", "v22"));

}  // namespace
}  // namespace studio

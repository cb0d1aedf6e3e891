// The VAE's glue: pixels to bytes, and norm + SiLU + padding over two chunks.
#include "kernels/common/testing.h"
#include "kernels/vae/norm_silu_pad.h"
#include "kernels/vae/to_rgb8.h"

namespace studio::kernels {
namespace {
using testing::Buffer;

TEST(ToRgb8, EqualsTheOracle) {
    for (DType type : {DType::kF32, DType::kBF16, DType::kF16}) {
        constexpr std::int64_t kFrames = 3, kHeight = 17, kWidth = 23, kStride = kFrames * kHeight * kWidth + 5;
        auto x = testing::random_any(type, 3 * kStride, 1, 0.8f);
        Buffer<std::uint8_t> want(kFrames * kHeight * kWidth * 3);
        to_rgb8_reference({x.host(), want.host(), nullptr, kFrames, kHeight, kWidth, kStride, type});
        testing::in_every_mode([&] {
            Buffer<std::uint8_t> got(want.size());
            Buffer<std::uint32_t> bad{0};
            EXPECT_LAUNCHED(
                to_rgb8({x.device(), got.device(), bad.device(), kFrames, kHeight, kWidth, kStride, type}, nullptr));
            got.fetch(), bad.fetch();
            EXPECT_EQ(got.values(), want.values());
            EXPECT_EQ(bad[0], 0u);
        });
    }
}
TEST(ToRgb8, EdgesAndValuesThatAreNoNumbers) {
    Buffer<float> x{-1.0f, 1.0f, 0.0f, NAN, INFINITY, -INFINITY};
    Buffer<std::uint8_t> got(6);
    Buffer<std::uint32_t> bad{7};
    EXPECT_LAUNCHED(to_rgb8({x.device(), got.device(), bad.device(), 1, 1, 2, 2, DType::kF32}, nullptr));
    got.fetch(), bad.fetch();
    EXPECT_EQ(got.values(), (std::vector<std::uint8_t>{0, 128, 255, 255, 0, 0}));
    EXPECT_EQ(bad[0], 10u);
}

struct Case {
    std::int64_t frames, height, width, channels, history;
    DType type;
};
class NormSiluPad : public ::testing::TestWithParam<Case> {};
TEST_P(NormSiluPad, MatchesTheOracleOverTwoChunks) {
    const auto& c = GetParam();
    const std::size_t n = std::size_t(c.frames * c.height * c.width * c.channels);
    const std::int64_t frame = (c.height + 2) * (c.width + 2) * c.channels;
    auto first = testing::random_any(c.type, n, 1), second = testing::random_any(c.type, n, 2);
    auto gamma = testing::random_f32(std::size_t(c.channels), 3, 0.2f, 1);
    NormSiluPadArgs a{nullptr,  gamma.host(), nullptr,    nullptr,   c.frames,
                      c.height, c.width,      c.channels, c.history, c.type};
    std::vector<double> want(std::size_t((c.history + c.frames) * frame)), want_next(want.size());
    a.x = first.host();
    norm_silu_pad_reference(a, want.data());
    const double bound = c.type == DType::kF32 ? 2e-6 : c.type == DType::kF16 ? 3e-4 : 2.5e-3;
    testing::in_every_mode([&] {
        Buffer<unsigned char> y(want.size() * size_of(c.type)), next(y.size());
        a.gamma = gamma.device(), a.x = first.device(), a.before = nullptr, a.y = y.device();
        EXPECT_LAUNCHED(norm_silu_pad(a, nullptr));
        y.fetch();
        EXPECT_CLOSE(want, y.host(), c.type, bound, 40 * bound);
        a.x = second.device(), a.before = y.device() + std::size_t(c.frames * frame) * size_of(c.type),
        a.y = next.device();
        EXPECT_LAUNCHED(norm_silu_pad(a, nullptr));
        next.fetch();
        a.gamma = gamma.host(), a.x = second.host(),
        a.before = y.host() + std::size_t(c.frames * frame) * size_of(c.type);
        norm_silu_pad_reference(a, want_next.data());
        EXPECT_CLOSE(want_next, next.host(), c.type, bound, 40 * bound);
    });
}
INSTANTIATE_TEST_SUITE_P(Shapes, NormSiluPad,
                         ::testing::Values(Case{1, 1, 1, 8, 2, DType::kF32}, Case{2, 3, 5, 96, 2, DType::kBF16},
                                           Case{4, 2, 3, 384, 1, DType::kF16}, Case{1, 2, 2, 1024, 2, DType::kF32}));

TEST(NormSiluPlain, WithoutBorderHistoryAndSiluInPlace) {
    const std::int64_t pixels = 2 * 3 * 5, channels = 96;
    const auto start = testing::random_f32(std::size_t(pixels * channels), 1);
    auto gamma = testing::random_f32(std::size_t(channels), 3, 0.2f, 1);
    for (const bool has_silu : {false, true}) {
        NormSiluPadArgs a{start.host(), gamma.host(), nullptr, nullptr, 2, 3, 5, channels, 0,
                          DType::kF32,  false,        has_silu};
        std::vector<double> want(start.size());
        norm_silu_pad_reference(a, want.data());
        testing::in_every_mode([&] {
            Buffer<float> y(start.values());
            a.gamma = gamma.device(), a.x = a.y = y.device();
            EXPECT_LAUNCHED(norm_silu_pad(a, nullptr));
            y.fetch();
            EXPECT_CLOSE(want, y.host(), DType::kF32, 2e-6, 1e-4);
        });
    }
}

TEST(VaeLaunchers, RefuseBadArguments) {
    Buffer<float> x(512), y(4096);
    Buffer<std::uint8_t> rgb(64);
    EXPECT_REFUSED(to_rgb8({nullptr, rgb.device(), nullptr, 1, 1, 1, 1, DType::kF32}, nullptr), kInvalidArgument);
    EXPECT_REFUSED(to_rgb8({x.device(), nullptr, nullptr, 1, 1, 1, 1, DType::kF32}, nullptr), kInvalidArgument);
    EXPECT_REFUSED(to_rgb8({x.device(), rgb.device(), nullptr, 1, 2, 2, 3, DType::kF32}, nullptr), kInvalidArgument);
    EXPECT_REFUSED(to_rgb8({x.device(), rgb.device(), nullptr, 1, -2, 2, 9, DType::kF32}, nullptr), kInvalidArgument);
    EXPECT_REFUSED(to_rgb8({x.device(), rgb.device(), nullptr, 1 << 20, 1 << 20, 2, 9, DType::kF32}, nullptr),
                   kTooLarge);
    EXPECT_REFUSED(to_rgb8({x.device(), rgb.device(), nullptr, 1, 1, 1, 1, DType::kI8}, nullptr), kUnsupportedType);
    EXPECT_TRUE(to_rgb8({x.device(), rgb.device(), nullptr, 0, 1, 1, 1, DType::kF32}, nullptr).ok());
    NormSiluPadArgs good{x.device(), x.device(), nullptr, y.device(), 1, 2, 2, 16, 2, DType::kF32};
    auto with = [&](auto change) {
        NormSiluPadArgs a = good;
        change(a);
        return norm_silu_pad(a, nullptr);
    };
    EXPECT_TRUE(norm_silu_pad(good, nullptr).ok());
    EXPECT_REFUSED(with([](auto& a) { a.x = nullptr; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.y = const_cast<void*>(a.x); }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.y = nullptr; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.gamma += 1; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.channels = 12; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.history = 3; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.channels = 2048; }), kTooLarge);
    EXPECT_REFUSED(with([](auto& a) { a.type = DType::kE4M3; }), kUnsupportedType);
}

}  // namespace
}  // namespace studio::kernels

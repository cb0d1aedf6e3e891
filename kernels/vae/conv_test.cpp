// conv_frames against fp64: every shape that the Wan VAEs use, odd sizes, one past each tile edge, chunks with history.
#include "kernels/vae/conv.h"
#include "kernels/common/testing.h"

namespace studio::kernels {
namespace {
using testing::Buffer;

struct Case {
    std::int64_t frames, height, width, in, out, history;
    std::int64_t kt, kh, kw;
    std::int64_t time_stride, space_stride, near, far;
    DType x_type, y_type;
    bool with_residual;
};
std::ostream& operator<<(std::ostream& s, const Case& c) {
    return s << c.history << "+" << c.frames << "x" << c.height << "x" << c.width << " " << c.in << "->" << c.out
             << " k" << c.kt << c.kh << c.kw << " " << name_of(c.x_type) << name_of(c.y_type);
}
ConvArgs shape(const Case& c) {
    ConvArgs a;
    a.frames = c.frames, a.height = c.height, a.width = c.width, a.in_channels = c.in, a.out_channels = c.out;
    a.history = c.history, a.kernel_t = c.kt, a.kernel_h = c.kh, a.kernel_w = c.kw, a.time_stride = c.time_stride;
    a.space_stride = c.space_stride, a.pad_near = c.near, a.pad_far = c.far, a.x_type = c.x_type, a.y_type = c.y_type;
    a.w_stride = conv_weight_stride(a);
    return a;
}
std::size_t values(const ConvArgs& a) {
    const ConvOutput o = conv_output(a);
    return std::size_t(o.frames * o.height * o.width * a.out_channels);
}

/// Weights with zeros in the padding of each row.
Buffer<std::uint16_t> weights(const ConvArgs& a, unsigned seed) {
    const std::int64_t depth = a.kernel_t * a.kernel_h * a.kernel_w * a.in_channels;
    auto w = testing::random_bf16(std::size_t(a.out_channels * a.w_stride), seed, 1.0f / std::sqrt(float(depth)));
    for (std::int64_t i = 0; i < a.out_channels * a.w_stride; ++i)
        if (i % a.w_stride >= depth) w[std::size_t(i)] = 0;
    return w;
}

class Conv : public ::testing::TestWithParam<Case> {};
TEST_P(Conv, MatchesTheOracle) {
    const Case& c = GetParam();
    ConvArgs a = shape(c);
    const std::size_t frame = std::size_t(c.height * c.width * c.in);
    auto x = testing::random_any(c.x_type, std::size_t(c.frames) * frame, 1, 1, 0.2f);
    auto before = testing::random_any(c.x_type, std::size_t(c.history) * frame, 2, 1, -0.3f);
    auto w = weights(a, 3);
    auto bias = testing::random_f32(std::size_t(c.out), 4);
    auto residual = testing::random_any(c.y_type, values(a), 5);
    const bool is_seen = c.history > 0 && c.frames % 2 == 0;  // odd chunks have zeros in front
    std::vector<double> want(values(a));
    a.x = x.host(), a.before = is_seen ? before.host() : nullptr, a.w = w.host(), a.bias = bias.host();
    a.residual = c.with_residual ? residual.host() : nullptr;
    conv_frames_reference(a, want.data());
    const double bound = c.y_type == DType::kF32 ? 2e-6 : 2.5e-3;
    testing::in_every_mode([&] {
        Buffer<unsigned char> y(values(a) * size_of(c.y_type));
        a.x = x.device(), a.before = is_seen ? before.device() : nullptr, a.w = w.device(), a.bias = bias.device();
        a.residual = c.with_residual ? residual.device() : nullptr, a.y = y.device();
        EXPECT_LAUNCHED(conv_frames(a, nullptr));
        y.fetch();
        EXPECT_CLOSE(want, y.host(), c.y_type, bound, 12 * bound);
    });
}
constexpr DType kB = DType::kBF16, kF = DType::kF32;
INSTANTIATE_TEST_SUITE_P(
    Shapes, Conv,
    ::testing::Values(Case{1, 1, 1, 8, 8, 2, 3, 3, 3, 1, 1, 1, 1, kB, kF, false},      // one pixel, all border
                      Case{2, 5, 13, 96, 96, 2, 3, 3, 3, 1, 1, 1, 1, kB, kB, true},    // 130 pixels: two past the tile
                      Case{1, 3, 5, 192, 97, 2, 3, 3, 3, 1, 1, 1, 1, kB, kF, true},    // a channel past the tile
                      Case{2, 2, 3, 384, 192, 2, 3, 3, 3, 1, 1, 1, 1, kF, kF, false},  // depth 10368
                      Case{1, 4, 5, 96, 3, 2, 3, 3, 3, 1, 1, 1, 1, kB, kF, false},     // the decoder's head
                      Case{1, 3, 4, 96, 12, 2, 3, 3, 3, 1, 1, 1, 1, kF, kF, false},    // of Wan 2.2
                      Case{2, 3, 4, 3, 96, 2, 3, 3, 3, 1, 1, 1, 1, kF, kF, false},     // the encoder's first
                      Case{2, 3, 4, 12, 40, 2, 3, 3, 3, 1, 1, 1, 1, kB, kB, false},    // of Wan 2.2
                      Case{2, 3, 3, 16, 384, 2, 3, 3, 3, 1, 1, 1, 1, kB, kF, false},   // the decoder's first
                      Case{1, 7, 9, 96, 192, 0, 1, 3, 3, 1, 2, 0, 1, kB, kF, false},   // downsampling
                      Case{2, 4, 5, 40, 160, 0, 1, 2, 2, 1, 1, 1, 1, kF, kB, false},   // upsampling by phases
                      Case{4, 3, 4, 96, 192, 2, 3, 1, 1, 1, 1, 0, 0, kB, kF, false},   // frames doubled
                      Case{4, 3, 4, 96, 96, 1, 3, 1, 1, 2, 1, 0, 0, kB, kF, false}));  // frames halved

TEST(ConvChunks, HistoryIsTheChunkBefore) {
    Case c{5, 3, 4, 16, 24, 0, 3, 3, 3, 1, 1, 1, 1, kB, kF, false};
    ConvArgs whole = shape(c);
    auto x = testing::random_bf16(std::size_t(5 * 3 * 4 * 16), 1);
    auto w = weights(whole, 2);
    Buffer<float> all(values(whole));
    whole.x = x.device(), whole.w = w.device(), whole.y = all.device();
    EXPECT_LAUNCHED(conv_frames(whole, nullptr));
    all.fetch();
    c.frames = 3, c.history = 2;
    ConvArgs chunk = shape(c);
    Buffer<float> part(values(chunk));
    chunk.x = x.device() + 2 * 3 * 4 * 16, chunk.before = x.device(), chunk.w = w.device(), chunk.y = part.device();
    EXPECT_LAUNCHED(conv_frames(chunk, nullptr));
    part.fetch();
    EXPECT_EQ(part.values(), all.values());
}

TEST(ConvNan, StaysInTheWindowsThatHoldIt) {
    Case c{1, 5, 5, 8, 8, 2, 3, 3, 3, 1, 1, 1, 1, kB, kF, false};
    ConvArgs a = shape(c);
    auto x = testing::random_bf16(5 * 5 * 8, 1);
    x[(2 * 5 + 1) * 8 + 3] = 0x7fc0;
    auto w = weights(a, 2);
    Buffer<float> y(values(a));
    a.x = x.device(), a.w = w.device(), a.y = y.device();
    EXPECT_LAUNCHED(conv_frames(a, nullptr));
    y.fetch();
    for (int pixel = 0; pixel < 25; ++pixel) {
        const bool near = std::abs(pixel / 5 - 2) <= 1 && std::abs(pixel % 5 - 1) <= 1;
        EXPECT_EQ(std::isnan(y[std::size_t(pixel * 8)]), near) << pixel;
    }
}

TEST(ConvLauncher, RefusesBadArguments) {
    Buffer<std::uint16_t> x(4096), w(8 * 8 * 27);
    Buffer<float> y(1024);
    ConvArgs good = shape({1, 4, 4, 8, 8, 2, 3, 3, 3, 1, 1, 1, 1, kB, kF, false});
    good.x = x.device(), good.w = w.device(), good.y = y.device();
    auto with = [&](auto change) {
        ConvArgs a = good;
        change(a);
        return conv_frames(a, nullptr);
    };
    EXPECT_TRUE(with([](auto& a) { a.frames = 0; }).ok());
    EXPECT_REFUSED(with([](auto& a) { a.x = nullptr; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.w = nullptr; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.y = nullptr; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.y = const_cast<void*>(a.x); }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.x = static_cast<const char*>(a.x) + 2; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.before = static_cast<const char*>(a.x) + 8; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.frames = -1; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.in_channels = 0; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.kernel_t = 4; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.space_stride = 3; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.pad_far = 3; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.w_stride -= 8; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.x_type = DType::kF16; }), kUnsupportedType);
    EXPECT_REFUSED(with([](auto& a) { a.out_channels = 10000; }), kTooLarge);
    EXPECT_REFUSED(with([](auto& a) { a.history = std::int64_t(1) << 40; }), kTooLarge);
    EXPECT_REFUSED(with([](auto& a) { a.frames = 1 << 30, a.height = a.width = 65536; }), kTooLarge);
}

}  // namespace
}  // namespace studio::kernels

// The 128 x 128 quantiser: bit for bit like its oracle, and the values the specification lists.
#include "kernels/quant/quantize.h"
#include "kernels/common/testing.h"

namespace studio::kernels {
namespace {
using testing::Buffer;

struct Quantized {
    Buffer<std::int8_t> q;
    Buffer<float> scale;
};
Quantized outputs(const QuantizeArgs& a) {
    return {Buffer<std::int8_t>(std::size_t(a.rows * a.dim)),
            Buffer<float>(std::size_t((a.rows + 127) / 128 * ((a.dim + 127) / 128)))};
}
QuantizeArgs shape(std::int64_t rows, std::int64_t dim, std::int64_t stride, DType type, Activation activation) {
    QuantizeArgs a;
    a.rows = rows, a.dim = dim, a.x_stride = stride, a.type = type, a.activation = activation;
    return a;
}

void check(QuantizeArgs a, unsigned seed) {
    auto x = testing::random_any(a.type, std::size_t(a.rows * a.x_stride), seed, 2.0f);
    auto want = outputs(a);
    a.x = x.host(), a.q = want.q.host(), a.scale = want.scale.host();
    quantize_reference(a);
    testing::in_every_mode([&] {
        auto got = outputs(a);
        a.x = x.device(), a.q = got.q.device(), a.scale = got.scale.device();
        EXPECT_LAUNCHED(quantize(a, nullptr));
        got.q.fetch(), got.scale.fetch();
        const bool exact = a.activation == Activation::kNone;
        for (std::size_t i = 0; i < got.scale.size(); ++i) {
            EXPECT_NEAR(got.scale[i], want.scale[i], exact ? 0 : 5e-3f * want.scale[i]) << i;
        }
        int worst = 0;
        for (std::size_t i = 0; i < got.q.size(); ++i)
            worst = std::max(worst, std::abs(got.q[i] - want.q[i]));
        EXPECT_LE(worst, exact ? 0 : 1);
    });
}

TEST(Quantize, EqualsTheOracle) {
    check(shape(1, 8, 8, DType::kBF16, Activation::kNone), 1);
    check(shape(129, 136, 144, DType::kBF16, Activation::kNone), 2);
    check(shape(200, 384, 384, DType::kF16, Activation::kNone), 3);
    check(shape(127, 256, 256, DType::kF32, Activation::kNone), 4);
    check(shape(130, 256, 256, DType::kBF16, Activation::kGeluTanh), 5);
}

TEST(Quantize, ValuesOfTheSpecification) {
    const std::vector<float> in = {4.0f, -4.0f, 3.96875f, 1.0f, 0.046875f, 0.078125f, -0.046875f, -0.015625f};
    const int want[] = {127, -128, 127, 32, 2, 2, -2, 0};
    Buffer<float> x(in);
    QuantizeArgs a = shape(1, 8, 8, DType::kF32, Activation::kNone);
    auto got = outputs(a);
    a.x = x.device(), a.q = got.q.device(), a.scale = got.scale.device();
    EXPECT_LAUNCHED(quantize(a, nullptr));
    got.q.fetch(), got.scale.fetch();
    EXPECT_EQ(got.scale[0], 0.03125f);
    for (std::size_t i = 0; i < 8; ++i)
        EXPECT_EQ(got.q[i], want[i]) << in[i];
}

TEST(Quantize, ZerosNansAndInfinities) {
    Buffer<float> x(3 * 128 * 8);
    for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = i < 128 * 8 ? 0.0f : 1.0f;
    x[128 * 8 + 3] = NAN;
    x[2 * 128 * 8 + 3] = -INFINITY;
    QuantizeArgs a = shape(3 * 128, 8, 8, DType::kF32, Activation::kNone);
    auto got = outputs(a);
    a.x = x.device(), a.q = got.q.device(), a.scale = got.scale.device();
    EXPECT_LAUNCHED(quantize(a, nullptr));
    got.q.fetch(), got.scale.fetch();
    EXPECT_EQ(got.scale[0], 1e-8f / 128);
    EXPECT_EQ(got.q[0], 0);
    EXPECT_TRUE(std::isnan(got.scale[1]));
    EXPECT_TRUE(std::isinf(got.scale[2]));
    for (std::size_t i = 128 * 8; i < 256 * 8; ++i)
        EXPECT_EQ(got.q[i], 0);
    EXPECT_TRUE(std::isnan(float(got.q[2 * 128 * 8]) * got.scale[2]));
}

TEST(Quantize, RefusesBadArguments) {
    Buffer<float> x(256), scale(4);
    Buffer<std::int8_t> q(256);
    QuantizeArgs good = shape(4, 16, 16, DType::kF32, Activation::kNone);
    good.x = x.device(), good.q = q.device(), good.scale = scale.device();
    auto with = [&](auto change) {
        QuantizeArgs a = good;
        change(a);
        return quantize(a, nullptr);
    };
    EXPECT_TRUE(quantize(good, nullptr).ok());
    EXPECT_REFUSED(with([](auto& a) { a.x = nullptr; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.q = nullptr; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.scale = nullptr; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.q += 1; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.rows = -1; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.dim = 12; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.x_stride = 8; }), kInvalidArgument);
    EXPECT_REFUSED(with([](auto& a) { a.type = DType::kI8; }), kUnsupportedType);
    EXPECT_REFUSED(with([](auto& a) { a.dim = a.x_stride = 1 << 23; }), kTooLarge);
}

}  // namespace
}  // namespace studio::kernels

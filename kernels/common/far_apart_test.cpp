// Offsets past 2^31 elements: a few rows far apart in memory that is reserved, but hardly touched.
#include <sys/mman.h>

#include "kernels/attention/attention.h"
#include "kernels/attention/sage_prepare.h"
#include "kernels/common/bad_input.h"
#include "kernels/norm/rms_norm.h"
#include "kernels/quant/quantize.h"
#include "kernels/vae/to_rgb8.h"

namespace studio::kernels {
namespace {

class FarApart : public ::testing::Test {
  protected:
    static constexpr std::size_t kBytes = std::size_t(1) << 35;
    static constexpr std::int64_t kFar = (std::int64_t(1) << 31) + 1024;  // elements
    FarApart() {
        memory_ = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory_ == MAP_FAILED) memory_ = nullptr;
        shim::options() = {};
        arena().reset();
    }
    ~FarApart() override {
        if (memory_) munmap(memory_, kBytes);
    }
    void SetUp() override {
        if (!memory_) GTEST_SKIP() << "32 GiB of addresses are not to be had";
    }
    std::uint16_t* halves() { return static_cast<std::uint16_t*>(memory_); }
    void fill(std::int64_t first, std::int64_t count, float value) {
        std::fill_n(halves() + first, count, float_to_bf16(value));
    }
    void* memory_ = nullptr;
};
TEST_F(FarApart, RowsOfNormsAndTheQuantiser) {
    fill(0, 64, 1), fill(kFar, 64, 3);
    QuantizeArgs q{memory_, out<std::int8_t>(0), out(1), 2, 64, kFar, kB};
    EXPECT_LAUNCHED(quantize(q, nullptr));
    EXPECT_EQ(out(1)[0], 3.0f / 128);
    EXPECT_EQ(out<std::int8_t>(0)[0], 43);
    EXPECT_EQ(out<std::int8_t>(0)[64], 127);
    RmsNormArgs r;
    r.x = r.y = memory_, r.rows = 2, r.dim = 64, r.x_stride = r.y_stride = kFar;
    EXPECT_LAUNCHED(rms_norm(r, nullptr));
    EXPECT_EQ(bf16_to_float(halves()[kFar + 63]), 1.0f);
    EXPECT_EQ(bf16_to_float(halves()[kFar + 64]), 0.0f);
}
TEST_F(FarApart, TokensOfAttention) {
    fill(0, 128, 1), fill(kFar, 128, 3);
    AttentionArgs a;
    a.q = a.k = a.v = memory_, a.o = halves() + 2 * kFar, a.q_at = a.k_at = a.v_at = a.o_at = {0, kFar, 0};
    a.batch = a.heads = 1, a.q_tokens = a.k_tokens = 2;
    EXPECT_LAUNCHED(attention(a, nullptr));
    EXPECT_EQ(bf16_to_float(halves()[2 * kFar]), 3.0f);  // the second key outweighs the first
    EXPECT_EQ(bf16_to_float(halves()[3 * kFar + 127]), 3.0f);
    PrepareHeadsArgs h;
    h.x = memory_, h.at = {0, kFar, 0}, h.q = out<std::int8_t>(0), h.scale = out(1), h.batch = h.heads = 1,
    h.tokens = 2;
    EXPECT_LAUNCHED(prepare_heads(h, nullptr));
    EXPECT_EQ(out<std::int8_t>(0)[128], 127);
}
TEST_F(FarApart, ColoursAndFrames) {
    auto* x = static_cast<float*>(memory_);
    x[0] = -1, x[kFar] = 0, x[2 * kFar] = 1;
    EXPECT_LAUNCHED(to_rgb8({x, out<std::uint8_t>(0), nullptr, 1, 1, 1, kFar, kF}, nullptr));
    EXPECT_EQ(std::vector<int>(out<std::uint8_t>(0), out<std::uint8_t>(0) + 3), (std::vector<int>{0, 128, 255}));
}

}  // namespace
}  // namespace studio::kernels

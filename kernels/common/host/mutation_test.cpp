// Every known mistake of host/bugs.h is made in a real kernel, and must be caught by the very checks that the kernel
// tests use. Each run is a child process, because some mistakes destroy its memory. Prints the table of
// kernels/README.md.
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest-spi.h>
#include <cstdio>

#include "kernels/attention/attention_case.h"
#include "kernels/attention/heads_prepare.h"
#include "kernels/gemm_int8/linear_w8a8.h"
#include "kernels/norm/rms_norm.h"
#include "kernels/vae/conv.h"

namespace studio::kernels {
namespace {
using shim::Bug;
using testing::AttentionProblem;
using testing::Buffer;

// A probe runs one kernel and says "ok", "wrong", "conflicts", "guard" or "shim: ...".
std::string verdict(const Status& s, const Difference& d, double bound, bool guard_broken) {
    if (!s.ok()) return "shim: " + shim::last_report().message;
    if (guard_broken) return "guard";
    if (!(d.relative_l2 <= bound)) return "wrong";
    return shim::last_report().bank_conflicts ? "conflicts" : "ok";
}
template <class T>
bool fetch_finds_damage(Buffer<T>& b) {
    ::testing::TestPartResultArray failures;
    {
        ::testing::ScopedFakeTestPartResultReporter reporter(
            ::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &failures);
        b.fetch();
    }
    return failures.size() > 0;
}

std::string probe_norm() {
    auto x = testing::random_bf16(3 * 1536, 1);
    Buffer<std::uint16_t> y(x.size());
    RmsNormArgs a;
    a.x = x.device(), a.y = y.device(), a.rows = 3, a.dim = a.x_stride = a.y_stride = 1536;
    std::vector<double> want(x.size());
    rms_norm_reference(a, want.data());
    const Status s = rms_norm(a, nullptr);
    const bool damaged = fetch_finds_damage(y);
    return verdict(s, compare(want, y.host(), DType::kBF16), 3e-3, damaged);
}
std::string probe_attention(bool is_int8) {
    AttentionProblem p({1, 1, 100, is_int8 ? 328 : 200, is_int8, is_int8 ? 0.5 : 0.0, true});
    Buffer<std::uint16_t> o(p.q.size());
    AttentionArgs a = p.args(true);
    a.o = o.device();
    Buffer<std::int8_t> q8(p.q.size()), k8(p.k.size());
    Buffer<std::uint16_t> v16(p.v.size());
    Buffer<float> mean(128), q_scale(std::size_t(p.nq)), k_scale(std::size_t(p.nk));
    if (is_int8) {
        const HeadStrides at{p.c.k_tokens * 128, 128, 128};
        key_mean_reference({p.k.host(), at, 1, 1, p.c.k_tokens, mean.host(), nullptr});
        quantize_heads_reference({p.q.host(), at, nullptr, q8.host(), q_scale.host(), 1, 1, 100, 128});
        quantize_heads_reference({p.k.host(), at, mean.host(), k8.host(), k_scale.host(), 1, 1, p.c.k_tokens, 64});
        for (std::size_t i = 0; i < v16.size(); ++i)
            v16[i] = float_to_f16(bf16_to_float(p.v[i]));
        a.q = q8.device(), a.k = k8.device(), a.v = v16.device(), a.type = DType::kI8;
        a.q_scale = q_scale.device(), a.k_scale = k_scale.device();
    }
    std::vector<double> want(o.size());
    attention_reference(a, want.data());
    const Status s = attention(a, nullptr);
    const bool damaged = fetch_finds_damage(o);
    return verdict(s, compare(want, o.host(), DType::kBF16), 6e-3, damaged);
}
std::string probe_gemm() {
    constexpr std::int64_t kM = 130, kN = 256, kK = 1280;
    auto a = testing::random_s8(kM * kK, 1), w = testing::random_s8(kN * kK, 2);
    auto a_scale = testing::random_f32(2 * 10, 3, 0.1f, 1), w_scale = testing::random_f32(2 * 10, 4, 0.1f, 1);
    Buffer<float> out(kM * kN);
    LinearW8A8Args p;
    p.a = a.device(), p.w = w.device(), p.a_scale = a_scale.device(), p.w_scale = w_scale.device();
    p.out = out.device(), p.m = kM, p.n = kN, p.k = kK, p.out_type = p.result_type = DType::kF32;
    std::vector<double> want(out.size());
    linear_w8a8_reference(p, want.data());
    const Status s = linear_w8a8_sm90a(p, nullptr);
    const bool damaged = fetch_finds_damage(out);
    return verdict(s, compare(want, out.host(), DType::kF32), 1e-5, damaged);
}
std::string probe_conv() {
    ConvArgs a;  // 126 pixels, 100 channels, seven blocks of depth
    a.frames = 1, a.height = 9, a.width = 14, a.in_channels = 16, a.out_channels = 100, a.history = 2;
    a.w_stride = conv_weight_stride(a), a.y_type = DType::kF32;
    auto x = testing::random_bf16(126 * 16, 1), before = testing::random_bf16(2 * 126 * 16, 2);
    auto w = testing::random_bf16(std::size_t(100 * a.w_stride), 3, 0.05f);
    Buffer<float> y(126 * 100);
    a.x = x.device(), a.before = before.device(), a.w = w.device(), a.y = y.device();
    std::vector<double> want(y.size());
    conv_frames_reference(a, want.data());
    const Status s = conv_frames(a, nullptr);
    const bool damaged = fetch_finds_damage(y);
    return verdict(s, compare(want, y.host(), DType::kF32), 1e-5, damaged);
}
std::string probe_prepare() {
    constexpr std::int64_t kTokens = 150;
    auto x = testing::random_bf16(kTokens * 128, 1);
    auto weight = testing::random_f32(128, 2, 0.2f, 1), turn = testing::random_f32(kTokens * 128, 3);
    auto factor = testing::random_f32(kTokens, 4, 0.1f, 1), mean = testing::random_f32(128, 5, 1, 1);
    Buffer<std::uint16_t> y(x.size()), pooled(3 * 128);
    PrepareHeadsArgs a;
    a.x = x.device(), a.at = a.y_at = {kTokens * 128, 128, 128}, a.y = y.device(), a.pooled = pooled.device();
    a.norm = {factor.device(), weight.device(), turn.device(), true}, a.mean = mean.device();
    a.batch = a.heads = 1, a.tokens = kTokens, a.block = 64;
    std::vector<double> want(x.size()), means(pooled.size());
    head_norm_reference(a, want.data());
    for (std::size_t i = 0; i < want.size(); ++i) {
        const std::size_t block = i / 128 / 64, d = i % 128;
        means[block * 128 + d] += (want[i] - double(mean[d])) / (block == 2 ? 22 : 64);
    }
    const Status s = prepare_heads(a, nullptr);
    const bool damaged = fetch_finds_damage(y) || fetch_finds_damage(pooled);
    const std::string first = verdict(s, compare(want, y.host(), DType::kBF16), 5e-3, damaged);
    return first != "ok" ? first : verdict(s, compare(means, pooled.host(), DType::kBF16), 2e-2, damaged);
}
std::string run_probe(char kind) {
    if (kind == 'p') return probe_prepare();
    if (kind == 'c') return probe_conv();
    return kind == 'n' ? probe_norm() : kind == 'g' ? probe_gemm() : probe_attention(kind == '8');
}

/// The probe's word, or "asan", "tsan", "crash" when the child ended otherwise.
std::string in_child(char kind, Bug bug, const testing::Mode& mode) {
    std::FILE* said = std::tmpfile();
    std::fflush(nullptr);
    const pid_t child = fork();
    if (child == 0) {
        dup2(fileno(said), 1);
        dup2(fileno(said), 2);
        shim::injected = bug;
        shim::options() = {mode.order, mode.async, mode.seed};
        std::printf("VERDICT %s\n", run_probe(kind).c_str());
        std::fflush(nullptr);
        _exit(0);
    }
    int state = 0;
    waitpid(child, &state, 0);
    std::rewind(said);
    std::string text, result = "crash";
    for (int c; (c = std::fgetc(said)) != EOF;)
        text += char(c);
    std::fclose(said);
    if (const auto at = text.find("VERDICT "); at != std::string::npos) {
        result = text.substr(at + 8, text.find('\n', at) - at - 8);
    }
    if (text.find("AddressSanitizer") != std::string::npos) result = "asan";
    if (text.find("ThreadSanitizer") != std::string::npos) result = "tsan";
    return result.substr(0, 160);
}

struct Known {
    Bug bug;
    const char* name;
    char kind;  // n norm, a attention bf16, 8 attention int8 by list, g Hopper product, c convolution, p q and k
    const char* words;      // part of at least one verdict, in the plain build
    const char* asan = "";  // and in the sanitizer builds, where these see more than the comparison does
    const char* tsan = "";
};
const Known kKnown[] = {
    {Bug::kDivergentCollective, "collective in a divergent branch", 'n', "shim"},
    {Bug::kNoBarrierBeforePartials, "no barrier before partial sums are read", 'n', "wrong", "", "tsan"},
    {Bug::kNoBarrierAfterLoads, "no barrier after the loads", 'a', "wrong", "", "tsan"},
    {Bug::kNoBarrierBeforeReuse, "no barrier before a stage is reused", 'a', "wrong", "", "tsan"},
    {Bug::kWaitTooWeak, "cp.async wait too weak", 'a', "wrong"},
    {Bug::kWeakSwizzle, "swizzle too weak (right result, slow)", 'a', "conflicts"},
    {Bug::kSwizzleDiffers, "store and load swizzle differently", 'a', "wrong"},
    {Bug::kHalvesExchanged, "halves of a B fragment exchanged", 'a', "wrong"},
    {Bug::kMaskOffByOne, "mask off by one", 'a', "wrong"},
    {Bug::kNoRescale, "output not rescaled", 'a', "wrong"},
    {Bug::kHalfReduction, "half of a row reduction", 'a', "wrong"},
    {Bug::kRowTooMany, "one row too many in a tile", 'a', "shim"},
    {Bug::kTooLittleShared, "launch asks for too little shared memory", 'a', "shim"},
    {Bug::kTailLoadedUnguarded, "tail rows loaded without predicate", 'a', "wrong", "asan", ""},
    {Bug::kTailStoredUnguarded, "tail rows stored without predicate", 'a', "guard", "asan", ""},
    {Bug::kWrongScaleIndex, "wrong scale index", '8', "wrong"},
    {Bug::kPoolsBeforeMean, "block means of keys with their mean", 'p', "wrong"},
    {Bug::kRotationOfBlockRow, "rotation taken by the row in the block", 'p', "wrong"},
    {Bug::kNoBarrierBeforePartials, "no barrier before partial sums are read", 'p', "wrong"},
    {Bug::kBorderOffByOne, "a column past the border is read", 'c', "wrong"},
    {Bug::kHistoryForgotten, "history taken for zeros", 'c', "wrong"},
    {Bug::kNoBarrierAfterLoads, "no barrier after the loads", 'c', "wrong"},
    {Bug::kWaitTooWeak, "cp.async wait too weak", 'c', "wrong"},
    {Bug::kWeakSwizzle, "swizzle too weak (right result, slow)", 'c', "conflicts"},
    {Bug::kTailStoredUnguarded, "tail pixels stored without predicate", 'c', "guard", "asan", ""},
    {Bug::kEmptyCountTooSmall, "stage freed by one warp of four", 'g', "wrong", "", "tsan"},
    {Bug::kNoBarrierAfterInit, "mbarriers used before all see their init", 'g', "shim"},
    {Bug::kWrongPhase, "producer waits for the wrong phase", 'g', "shim"},
    {Bug::kNoWaitForFreeStage, "producer does not wait for a free stage", 'g', "shim"},
    {Bug::kDescriptorOff, "descriptor off by half", 'g', "wrong"},
    {Bug::kHalfTheBytes, "half the expected bytes", 'g', "shim"},
    {Bug::kProductReadEarly, "product read before its wait", 'g', "wrong"},
};

TEST(Mutations, EveryKnownMistakeIsCaught) {
    std::printf("%-44s %-7s %s\n", "injected", "kernel", "caught by (one column a mode)");
    for (const Known& known : kKnown) {
        std::string line;
#if defined(STUDIO_TEST_ASAN)
        const char* words = known.asan;
#elif defined(STUDIO_TEST_TSAN)
        const char* words = known.tsan;
#else
        const char* words = known.words;
#endif
        [[maybe_unused]] bool caught = false;
        bool as_expected = false;
        for (const auto& mode : testing::modes()) {
            const std::string v = in_child(known.kind, known.bug, mode);
            caught = caught || v != "ok";
            as_expected = as_expected || v.find(words) != std::string::npos;
            line += (v.substr(0, 9) + "          ").substr(0, 10);
        }
        std::printf("%-44s %-7c %s\n", known.name, known.kind, line.c_str());
#if !defined(STUDIO_TEST_ASAN) && !defined(STUDIO_TEST_TSAN)  // they run one mode, where late effects do not show
        EXPECT_TRUE(caught) << known.name << " passed every mode";
#endif
        EXPECT_TRUE(as_expected) << known.name << ": " << line;
    }
}

TEST(Mutations, RightKernelsPassEveryProbe) {
    for (char kind : {'n', 'a', '8', 'g', 'c', 'p'}) {
        for (const auto& mode : testing::modes())
            EXPECT_EQ(in_child(kind, Bug::kNone, mode), "ok") << kind;
    }
}

}  // namespace
}  // namespace studio::kernels

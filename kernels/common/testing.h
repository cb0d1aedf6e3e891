// kernels/common/testing.h - what kernel tests share. The same test source is built twice: on the host shim, where it
// runs in several scheduling modes, and (STUDIO_KERNEL_TEST_ON_DEVICE) on a GPU, where buffers live on the device.
#pragma once
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <vector>

#include "kernels/common/compare.h"
#include "kernels/common/device_caps.h"
#include "kernels/common/status.h"
#ifndef STUDIO_KERNEL_TEST_ON_DEVICE
#include "kernels/common/host/bugs.h"
#include "kernels/common/host/shim.h"
#else
#include "kernels/common/testing_device.h"
#endif

#if defined(__SANITIZE_ADDRESS__)
#define STUDIO_TEST_ASAN 1
#endif
#if defined(__SANITIZE_THREAD__)
#define STUDIO_TEST_TSAN 1
#endif

namespace studio::kernels::testing {

/// An array that a kernel reads or writes. Starts as 0xff bytes: NaN in every float format. Behind its end lies a guard
/// that verify() checks (under ASan nothing does: the checker sees the end itself).
template <class T>
class Buffer {
  public:
    explicit Buffer(std::size_t count) : count_(count) {
        host_.reset(static_cast<T*>(std::aligned_alloc(64, (bytes() + kGuard + 63) / 64 * 64)));
#ifdef STUDIO_TEST_ASAN
        host_.reset(static_cast<T*>(std::malloc(bytes() ? bytes() : 1)));
#endif
        std::memset(static_cast<void*>(host_.get()), 0xff, bytes() + kGuard);
    }
    Buffer(std::initializer_list<T> values) : Buffer(std::vector<T>(values)) {}
    explicit Buffer(const std::vector<T>& values) : Buffer(values.size()) {
        std::memcpy(host_.get(), values.data(), bytes());
    }
    T& operator[](std::size_t i) {
        return host_.get()[i];
    }
    const T& operator[](std::size_t i) const {
        return host_.get()[i];
    }
    const T* host() const {
        return host_.get();
    }
    T* host() {
        return host_.get();
    }
    std::size_t size() const {
        return count_;
    }
    std::size_t bytes() const {
        return count_ * sizeof(T);
    }
    std::vector<T> values() const {
        return std::vector<T>(host(), host() + count_);
    }
    void poison() {
        std::memset(static_cast<void*>(host_.get()), 0xff, bytes());
    }

#ifndef STUDIO_KERNEL_TEST_ON_DEVICE
    T* device() {
        return host_.get();
    }
    void fetch() {
        verify();
    }
#else
    T* device() {
        return static_cast<T*>(mirror_.upload(host_.get(), bytes() + kGuard));
    }
    void fetch() {
        mirror_.download(host_.get());
        verify();
    }
#endif

  private:
#ifdef STUDIO_TEST_ASAN
    static constexpr std::size_t kGuard = 0;
#else
    static constexpr std::size_t kGuard = 16384;
#endif
    void verify() const {
        const auto* p = reinterpret_cast<const unsigned char*>(host_.get()) + bytes();
        for (std::size_t i = 0; i < kGuard; ++i) {
            if (p[i] == 0xff) continue;
            ADD_FAILURE() << "a kernel wrote " << i << " bytes behind the end of a buffer of " << bytes();
            return;
        }
    }
    struct Free {
        void operator()(T* p) const { std::free(p); }
    };
    std::size_t count_;
    std::unique_ptr<T, Free> host_;
#ifdef STUDIO_KERNEL_TEST_ON_DEVICE
    DeviceMirror mirror_;
#endif
};

inline Buffer<std::uint16_t> random_bf16(std::size_t n, unsigned seed, float deviation = 1, float mean = 0) {
    std::mt19937 g(seed);
    std::normal_distribution<float> d(mean, deviation);
    Buffer<std::uint16_t> b(n);
    for (std::size_t i = 0; i < n; ++i)
        b[i] = float_to_bf16(d(g));
    return b;
}
inline Buffer<float> random_f32(std::size_t n, unsigned seed, float deviation = 1, float mean = 0) {
    std::mt19937 g(seed);
    std::normal_distribution<float> d(mean, deviation);
    Buffer<float> b(n);
    for (std::size_t i = 0; i < n; ++i)
        b[i] = d(g);
    return b;
}
inline Buffer<std::int8_t> random_s8(std::size_t n, unsigned seed) {
    std::mt19937 g(seed);
    Buffer<std::int8_t> b(n);
    for (std::size_t i = 0; i < n; ++i)
        b[i] = std::int8_t(int(g() % 256) - 128);
    return b;
}
/// Bytes for any element type with normal values, mean 0 unless given.
inline Buffer<unsigned char> random_any(DType type, std::size_t n, unsigned seed, float deviation = 1, float mean = 0) {
    std::mt19937 g(seed);
    std::normal_distribution<float> d(mean, deviation);
    Buffer<unsigned char> b(n * size_of(type));
    for (std::size_t i = 0; i < n; ++i) {
        const float v = d(g);
        const std::uint16_t h = type == DType::kF16 ? float_to_f16(v) : float_to_bf16(v);
        if (type == DType::kF32)
            std::memcpy(b.host() + 4 * i, &v, 4);
        else
            std::memcpy(b.host() + 2 * i, &h, 2);
    }
    return b;
}

#ifndef STUDIO_KERNEL_TEST_ON_DEVICE
inline std::string mode_name(const shim::Options& o) {
    constexpr const char* kOrders[] = {"forward", "reverse", "random", "skew"};
    constexpr const char* kAsyncs[] = {"early", "late", "random"};
    return std::string(kOrders[int(o.order)]) + "/" + kAsyncs[int(o.async)] + "/" + std::to_string(o.seed);
}
struct Mode {
    shim::Order order;
    shim::Async async;
    std::uint64_t seed;
};
inline std::vector<Mode> modes() {
    using enum shim::Order;
#if defined(STUDIO_TEST_ASAN)
    return {{kRandom, shim::Async::kEarly, 1}};
#elif defined(STUDIO_TEST_TSAN)
    return {{kForward, shim::Async::kEarly, 1}};
#else
    return {{kReverse, shim::Async::kEarly, 1},
            {kForward, shim::Async::kLate, 1},
            {kRandom, shim::Async::kRandom, 1},
            {kRandom, shim::Async::kRandom, 2},
            {kSkew, shim::Async::kRandom, 1}};
#endif
}
/// Run a test body once per scheduling mode (on a GPU: once).
inline void in_every_mode(const std::function<void()>& body) {
    const shim::Options before = shim::options();
    for (const Mode& mode : modes()) {
        shim::options().order = mode.order;
        shim::options().async = mode.async;
        shim::options().seed = mode.seed;
        SCOPED_TRACE(mode_name(shim::options()));
        body();
        if (::testing::Test::HasFailure()) break;
    }
    shim::options() = before;
}
/// For big shapes: one mode, chosen by the seed.
inline void in_one_mode(unsigned seed, const std::function<void()>& body) {
    const shim::Options before = shim::options();
    const Mode mode = modes()[seed % modes().size()];
    shim::options().order = mode.order;
    shim::options().async = mode.async;
    shim::options().seed = seed;
    SCOPED_TRACE(mode_name(shim::options()));
    body();
    shim::options() = before;
}
#define EXPECT_LAUNCHED(status)                                                                               \
    do {                                                                                                      \
        const ::studio::kernels::Status expected_ok = (status);                                               \
        EXPECT_TRUE(expected_ok.ok()) << expected_ok.reason << ": " << ::studio::shim::last_report().message; \
        EXPECT_EQ(::studio::shim::last_report().bank_conflicts, 0u);                                          \
    } while (0)
#else
inline void in_every_mode(const std::function<void()>& body) {
    body();
}
inline void in_one_mode(unsigned, const std::function<void()>& body) {
    body();
}
#define EXPECT_LAUNCHED(status)                                                                                    \
    do {                                                                                                           \
        const ::studio::kernels::Status expected_ok = (status);                                                    \
        EXPECT_TRUE(expected_ok.ok()) << expected_ok.reason << " (CUDA error " << expected_ok.device_error << ")"; \
    } while (0)
#endif

/// A launcher must refuse and say why, without a launch.
#define EXPECT_REFUSED(status, wanted_code)                                  \
    do {                                                                     \
        const ::studio::kernels::Status refused = (status);                  \
        EXPECT_EQ(refused.code, ::studio::kernels::StatusCode::wanted_code); \
        EXPECT_GT(std::strlen(refused.reason), 10u);                         \
    } while (0)

/// The greatest errors of each test suite of this program; printed at its end when STUDIO_KERNEL_ERRORS is set.
class MeasuredErrors {
  public:
    static void note(DType type, const Difference& d) {
        static MeasuredErrors all;
        const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
        auto& entry = all.entries_[std::string(test ? test->test_suite_name() : "?") + " " + name_of(type)];
        entry.first = std::max(entry.first, d.relative_l2), entry.second = std::max(entry.second, d.worst);
    }
    ~MeasuredErrors() {
        if (!std::getenv("STUDIO_KERNEL_ERRORS")) return;
        for (const auto& [name, error] : entries_)
            std::printf("MEASURED %s %.2g %.2g\n", name.c_str(), error.first, error.second);
    }

  private:
    std::map<std::string, std::pair<double, double>> entries_;
};

/// Relative L2 and the worst element within bounds; NaN fails.
#define EXPECT_CLOSE(want, got, type, l2_bound, worst_bound)                                   \
    do {                                                                                       \
        const auto difference = ::studio::kernels::compare(want, got, type);                   \
        ::studio::kernels::testing::MeasuredErrors::note(type, difference);                    \
        EXPECT_FALSE(difference.want_is_zero);                                                 \
        EXPECT_TRUE(difference.relative_l2 <= (l2_bound) && difference.worst <= (worst_bound)) \
            << difference.text() << " (bounds " << (l2_bound) << ", " << (worst_bound) << ")"; \
    } while (0)

}  // namespace studio::kernels::testing

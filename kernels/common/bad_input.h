// kernels/common/bad_input.h - what the tests over all launchers share: inputs and outputs that tell whether anything
// was written, and the audit of one launcher by a table of what it must refuse.
#pragma once
#include <cstring>
#include <functional>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "kernels/common/testing.h"

namespace studio::kernels {

constexpr std::size_t kSlot = 1 << 17, kSlots = 12;
constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max(), kMuch = std::int64_t(1) << 40;

/// Inputs are ones (bf16 or fp32 alike), outputs 0xff.
struct Arena {
    alignas(256) unsigned char in[kSlots * kSlot];
    alignas(256) unsigned char out[kSlots * kSlot];
    alignas(256) std::int32_t zeros[4096] = {}, ones[4096];
    void reset() {
        for (std::size_t i = 0; i < sizeof in; i += 2)
            in[i] = 0x80, in[i + 1] = 0x3f;
        std::memset(out, 0xff, sizeof out);
        std::fill(std::begin(ones), std::end(ones), 1);
    }
    bool is_untouched() const {
        for (std::size_t i = 0; i < sizeof in; ++i)
            if (in[i] != (i % 2 ? 0x3f : 0x80) || out[i] != 0xff) return false;
        return true;
    }
};
inline Arena& arena() {
    static Arena instance;
    return instance;
}
template <class T = float>
T* in(int slot) {
    return reinterpret_cast<T*>(arena().in + std::size_t(slot) * kSlot);
}
template <class T = float>
T* out(int slot) {
    return reinterpret_cast<T*>(arena().out + std::size_t(slot) * kSlot);
}

template <class Args>
struct Case {
    const char* what;
    StatusCode code;
    std::function<void(Args&)> change;
};
/// Where a bad number goes in, and where it must show.
struct Probe {
    void* in;
    DType in_type;
    const void* out;
    DType out_type;
    std::int64_t count;
    bool minus_hides = false;  // a score of minus infinity has no weight, and rightly so
};
inline std::set<std::string>& audited() {
    static std::set<std::string> names;
    return names;
}

inline int& refusals() {
    static int count = 0;
    return count;
}

inline void put(void* at, DType type, float value) {
    const std::uint16_t half = type == DType::kF16 ? float_to_f16(value) : float_to_bf16(value);
    if (type == DType::kF32)
        std::memcpy(at, &value, 4);
    else
        std::memcpy(at, &half, 2);
}

template <class Args>
void audit(const char* name, Status (*launcher)(const Args&, Stream) noexcept, const Args& good,
           const std::vector<Case<Args>>& cases, const std::vector<Probe>& probes, int capability = 90) {
    SCOPED_TRACE(name);
    audited().insert(name);
    shim::options() = {};
    shim::options().capability = capability;
    arena().reset();
    EXPECT_LAUNCHED(launcher(good, nullptr));
    EXPECT_FALSE(arena().is_untouched()) << "the good call writes nothing: refusals prove nothing";
    for (const Case<Args>& c : cases) {
        Args args = good;
        shim::options() = {};
        shim::options().capability = capability;
        c.change(args);
        arena().reset();
        const Status s = launcher(args, nullptr);
        EXPECT_EQ(int(s.code), int(c.code)) << c.what << ": " << s.reason;
        EXPECT_GT(std::strlen(s.reason), 10u) << c.what;
        EXPECT_TRUE(arena().is_untouched()) << c.what << ": refused, but written";
        ++refusals();
    }
    arena().reset();
    shim::options() = {};
    shim::options().capability = 75;
    EXPECT_EQ(int(launcher(good, nullptr).code), int(StatusCode::kNotSupported));
    EXPECT_TRUE(arena().is_untouched()) << "an old device";
    shim::options().capability = capability;
    for (const Probe& probe : probes) {
        for (const float bad : {NAN, INFINITY, -INFINITY}) {
            if (probe.minus_hides && bad < 0) continue;
            arena().reset();
            put(probe.in, probe.in_type, bad);
            EXPECT_LAUNCHED(launcher(good, nullptr));
            bool shows = false;
            for (std::int64_t i = 0; i < probe.count; ++i) {
                const double v = read_element(probe.out, probe.out_type, i);
                shows = shows || (std::isnan(bad) ? std::isnan(v) : !std::isfinite(v));
            }
            EXPECT_TRUE(shows) << bad << " in the input does not show in the output";
        }
    }
    shim::options() = {};
}

using enum StatusCode;
/// The device's blocks get 40 KiB: nothing of an operator may have run when its last step finds that too little.
template <class Args>
Case<Args> small_device() {
    return {"too little shared memory", kNotSupported, [](Args&) { shim::options().max_shared = 40 * 1024; }};
}
#define NULLED(member)                                                         \
    {                                                                          \
#member " null", kInvalidArgument, [](auto& a) { a.member = nullptr; } \
    }
#define SHIFTED(member, bytes)                                                                                   \
    {                                                                                                            \
#member " misaligned", kInvalidArgument,                                                                 \
            [](auto& a) { a.member = reinterpret_cast<decltype(a.member)>(std::uintptr_t(a.member) + (bytes)); } \
    }
#define SET(member, value, code)                                      \
    {                                                                 \
#member " = " #value, code, [](auto& a) { a.member = value; } \
    }

constexpr DType kF = DType::kF32, kB = DType::kBF16, kH = DType::kF16;

}  // namespace studio::kernels

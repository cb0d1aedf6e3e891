#include "io/crc32.h"

#include <array>
#include <cstring>

#include "io/byte_reader.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define STUDIO_CRC_FOLDING 1
#include <immintrin.h>
#endif

namespace studio::io {
namespace {

constexpr std::uint32_t kPolynomial = 0xEDB88320u;

/// table[k][b]: the checksum of byte b followed by k zeros.
constexpr std::array<std::array<std::uint32_t, 256>, 8> make_tables() {
    std::array<std::array<std::uint32_t, 256>, 8> tables{};
    for (std::uint32_t b = 0; b < 256; ++b) {
        std::uint32_t value = b;
        for (int bit = 0; bit < 8; ++bit)
            value = (value >> 1) ^ (value & 1 ? kPolynomial : 0);
        tables[0][b] = value;
    }
    for (std::size_t k = 1; k < 8; ++k) {
        for (std::size_t b = 0; b < 256; ++b)
            tables[k][b] = (tables[k - 1][b] >> 8) ^ tables[0][tables[k - 1][b] & 255];
    }
    return tables;
}
constexpr auto kTables = make_tables();

std::uint32_t by_tables(std::uint32_t crc, std::span<const std::byte> bytes) noexcept {
    while (bytes.size() >= 8) {
        const auto low = little_endian<std::uint32_t>(bytes.data()) ^ crc;
        const auto high = little_endian<std::uint32_t>(bytes.data() + 4);
        crc = kTables[7][low & 255] ^ kTables[6][low >> 8 & 255] ^ kTables[5][low >> 16 & 255] ^ kTables[4][low >> 24] ^
              kTables[3][high & 255] ^ kTables[2][high >> 8 & 255] ^ kTables[1][high >> 16 & 255] ^
              kTables[0][high >> 24];
        bytes = bytes.subspan(8);
    }
    for (const std::byte value : bytes)
        crc = (crc >> 8) ^ kTables[0][(crc ^ std::to_integer<std::uint32_t>(value)) & 255];
    return crc;
}

#ifdef STUDIO_CRC_FOLDING

// Folding by carry-less multiplication: Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ
// Instruction", Intel 2009. The constants are x^n mod P, bit-reflected, for the distances named.
#define STUDIO_CRC_TARGET __attribute__((target("pclmul,sse4.1")))

STUDIO_CRC_TARGET inline __m128i fold(__m128i sum, __m128i next, __m128i powers) noexcept {
    const __m128i low = _mm_clmulepi64_si128(sum, powers, 0x00), high = _mm_clmulepi64_si128(sum, powers, 0x11);
    return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

STUDIO_CRC_TARGET inline __m128i load(const std::byte* from) noexcept {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
}

/// Needs at least 64 bytes; takes a multiple of 16.
STUDIO_CRC_TARGET std::uint32_t by_folding(std::uint32_t crc, const std::byte* from, std::size_t size) noexcept {
    const __m128i by_512 = _mm_set_epi64x(0x01c6e41596, 0x0154442bd4),
                  by_128 = _mm_set_epi64x(0x00ccaa009e, 0x01751997d0);
    __m128i sums[4];
    for (int i = 0; i < 4; ++i)
        sums[i] = load(from + 16 * i);
    sums[0] = _mm_xor_si128(sums[0], _mm_cvtsi32_si128(static_cast<int>(crc)));
    from += 64;
    size -= 64;
    for (; size >= 64; from += 64, size -= 64) {
        for (int i = 0; i < 4; ++i)
            sums[i] = fold(sums[i], load(from + 16 * i), by_512);
    }
    __m128i sum = sums[0];
    for (int i = 1; i < 4; ++i)
        sum = fold(sum, sums[i], by_128);
    for (; size >= 16; from += 16, size -= 16)
        sum = fold(sum, load(from), by_128);
    // The remaining 128 bits are the message of a short checksum that starts from nothing.
    std::array<std::byte, 16> rest;
    _mm_storeu_si128(reinterpret_cast<__m128i*>(rest.data()), sum);
    return by_tables(0, rest);
}

bool has_folding() noexcept {
    static const bool has = __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1");
    return has;
}

#endif

}  // namespace

std::uint32_t crc32(std::uint32_t before, std::span<const std::byte> bytes) noexcept {
    std::uint32_t crc = ~before;
#ifdef STUDIO_CRC_FOLDING
    if (bytes.size() >= 64 && has_folding()) {
        const std::size_t folded = bytes.size() / 16 * 16;
        crc = by_folding(crc, bytes.data(), folded);
        bytes = bytes.subspan(folded);
    }
#endif
    return ~by_tables(crc, bytes);
}

}  // namespace studio::io

// io/byte_reader.h - little-endian fields of a file in memory, never beyond its end.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace studio::io {

/// `from` holds at least sizeof(T) bytes.
template <class T>
T little_endian(const std::byte* from) noexcept {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i)
        value |= std::uint64_t{std::to_integer<std::uint8_t>(from[i])} << (8 * i);
    return static_cast<T>(value);
}

inline std::string_view as_text(std::span<const std::byte> bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Reads forward. A read that does not fit changes nothing but `failed()`, gives zero and makes all later ones fail.
class ByteReader {
  public:
    explicit ByteReader(std::span<const std::byte> bytes, std::uint64_t at = 0) noexcept : bytes_(bytes) { seek(at); }

    std::uint64_t position() const noexcept { return at_; }
    std::uint64_t left() const noexcept { return bytes_.size() - at_; }
    bool failed() const noexcept { return failed_; }

    void seek(std::uint64_t at) noexcept {
        if (at > bytes_.size())
            failed_ = true;
        else
            at_ = static_cast<std::size_t>(at);
    }
    template <class T>
    T read() noexcept {
        const auto field = take(sizeof(T));
        return field.empty() ? T{} : little_endian<T>(field.data());
    }
    /// The next `count` bytes, or an empty span.
    std::span<const std::byte> take(std::uint64_t count) noexcept {
        if (failed_ || count > left()) {
            failed_ = true;
            return {};
        }
        const auto out = bytes_.subspan(at_, static_cast<std::size_t>(count));
        at_ += static_cast<std::size_t>(count);
        return out;
    }
    std::string_view text(std::uint64_t count) noexcept { return as_text(take(count)); }

  private:
    std::span<const std::byte> bytes_;
    std::size_t at_ = 0;
    bool failed_ = false;
};

}  // namespace studio::io

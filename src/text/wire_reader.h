// text/wire_reader.h - one level of a protobuf message, field by field, without trusting a length.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace studio::text {

enum class WireType { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

struct WireField {
    std::uint32_t number = 0;
    WireType type = WireType::kVarint;
    std::uint64_t value = 0;  // varint and fixed types
    std::string_view bytes;   // kBytes
};

/// Source  protobuf.dev, "Encoding". Groups (deprecated) count as damage.
class WireReader {
  public:
    explicit WireReader(std::string_view message) : message_(message) {}
    /// Nothing at the end of the message, or when it is damaged: then damaged() is true.
    std::optional<WireField> next();
    bool damaged() const noexcept { return damaged_; }
    std::size_t offset() const noexcept { return at_; }

  private:
    std::optional<std::uint64_t> varint();
    std::optional<std::uint64_t> fixed(std::size_t bytes);

    std::string_view message_;
    std::size_t at_ = 0;
    bool damaged_ = false;
};

}  // namespace studio::text

#include "text/wire_reader.h"

namespace studio::text {

std::optional<std::uint64_t> WireReader::varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        if (at_ >= message_.size()) return std::nullopt;
        const auto byte = static_cast<unsigned char>(message_[at_++]);
        value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
        if (byte < 0x80) return value;
    }
    return std::nullopt;
}

std::optional<std::uint64_t> WireReader::fixed(std::size_t bytes) {
    if (message_.size() - at_ < bytes) return std::nullopt;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i)
        value |= static_cast<std::uint64_t>(static_cast<unsigned char>(message_[at_ + i])) << (8 * i);
    at_ += bytes;
    return value;
}

std::optional<WireField> WireReader::next() {
    if (damaged_ || at_ == message_.size()) return std::nullopt;
    damaged_ = true;  // until the field has been read whole
    const auto key = varint();
    if (!key || *key >> 3 == 0 || *key >> 3 > 0x1FFFFFFF) return std::nullopt;
    WireField field;
    field.number = static_cast<std::uint32_t>(*key >> 3);
    field.type = static_cast<WireType>(*key & 7);
    std::optional<std::uint64_t> value;
    switch (field.type) {
        case WireType::kVarint:
            value = varint();
            break;
        case WireType::kFixed64:
            value = fixed(8);
            break;
        case WireType::kFixed32:
            value = fixed(4);
            break;
        case WireType::kBytes:
            value = varint();
            if (!value || *value > message_.size() - at_) return std::nullopt;
            field.bytes = message_.substr(at_, static_cast<std::size_t>(*value));
            at_ += static_cast<std::size_t>(*value);
            break;
        default:
            return std::nullopt;
    }
    if (!value) return std::nullopt;
    field.value = *value;
    damaged_ = false;
    return field;
}

}  // namespace studio::text

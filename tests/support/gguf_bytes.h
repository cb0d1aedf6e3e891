// support/gguf_bytes.h - GGUF files made by hand, so that they can be wrong on purpose.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace studio::test {

inline std::string gguf_le(std::uint64_t value, int bytes) {
    std::string out;
    for (int i = 0; i < bytes; ++i)
        out += static_cast<char>((value >> (8 * i)) & 0xFF);
    return out;
}
inline std::string gguf_text(std::string_view text) {
    return gguf_le(text.size(), 8) + std::string(text);
}
/// A key with a value of type `type` and the given bytes.
inline std::string gguf_key(std::string_view key, std::uint32_t type, std::string_view value) {
    return gguf_text(key) + gguf_le(type, 4) + std::string(value);
}
inline const std::string kGgufArchitecture = gguf_key("general.architecture", 8, gguf_text("wan"));

struct GgufTensor {
    std::string name = "w";
    std::vector<std::uint64_t> dims{4};  // fastest first, as in the file
    std::uint32_t type = 0;
    std::uint64_t offset = 0;
    std::optional<std::uint32_t> claimed_dims = {};
};

struct GgufParts {
    std::vector<std::string> keys{kGgufArchitecture};
    std::vector<GgufTensor> tensors{GgufTensor{}};
    std::string data = std::string("\0\0\x80\x3f\0\0\0\x40\0\0\x40\x40\0\0\x80\x40", 16);  // 1 2 3 4
    std::string magic = "GGUF";
    std::uint32_t version = 3, alignment = 32;
    std::optional<std::uint64_t> claimed_tensors = {}, claimed_keys = {};
};

inline std::string gguf_bytes(const GgufParts& parts = {}) {
    std::string out = parts.magic + gguf_le(parts.version, 4) +
                      gguf_le(parts.claimed_tensors.value_or(parts.tensors.size()), 8) +
                      gguf_le(parts.claimed_keys.value_or(parts.keys.size()), 8);
    for (const std::string& key : parts.keys)
        out += key;
    for (const GgufTensor& tensor : parts.tensors) {
        out += gguf_text(tensor.name) +
               gguf_le(tensor.claimed_dims.value_or(static_cast<std::uint32_t>(tensor.dims.size())), 4);
        for (const std::uint64_t extent : tensor.dims)
            out += gguf_le(extent, 8);
        out += gguf_le(tensor.type, 4) + gguf_le(tensor.offset, 8);
    }
    while (out.size() % parts.alignment != 0)
        out += '\0';
    return out + parts.data;
}

}  // namespace studio::test

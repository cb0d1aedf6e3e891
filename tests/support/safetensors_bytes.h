// support/safetensors_bytes.h - safetensors files made by hand, so that they can be wrong on purpose.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace studio::test {

/// Length field, the header exactly as given, data.
inline std::string safetensors_bytes(std::string_view header, std::string_view data, std::uint64_t claimed_length) {
    std::string out;
    for (int i = 0; i < 8; ++i)
        out += static_cast<char>((claimed_length >> (8 * i)) & 0xFF);
    return out.append(header).append(data);
}

inline std::string safetensors_bytes(std::string_view header, std::string_view data = {}) {
    return safetensors_bytes(header, data, header.size());
}

/// `"name":{"dtype":...}` of a one-dimensional F32 tensor at `begin`.
inline std::string entry(std::string_view name, std::int64_t elements, std::int64_t begin) {
    return '"' + std::string(name) + R"(":{"dtype":"F32","shape":[)" + std::to_string(elements) +
           R"(],"data_offsets":[)" + std::to_string(begin) + ',' + std::to_string(begin + 4 * elements) + "]}";
}

}  // namespace studio::test

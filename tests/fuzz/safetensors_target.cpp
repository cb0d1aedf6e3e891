#include <algorithm>
#include <span>

#include "core/text.h"
#include "fuzz/target.h"
#include "io/safetensors_header.h"
#include "support/safetensors_bytes.h"

namespace studio::fuzz {

void run_one(std::string_view input) {
    const auto bytes = std::as_bytes(std::span(input));
    const auto result = io::parse_safetensors_header(bytes, "input");
    if (!result.ok()) {
        const Error& error = result.error();
        require(error.code == ErrorCode::kCorruptFile || error.code == ErrorCode::kUnsupported,
                "only these two errors");
        require(!error.message.empty() && !error.fix.empty() && error.file == "input", "errors are complete");
        require(!invalid_utf8_at(error.message) && !invalid_utf8_at(error.field), "messages are UTF-8");
        return;
    }
    auto tensors = result->tensors;
    require(
        std::is_sorted(tensors.begin(), tensors.end(), [](const auto& a, const auto& b) { return a.name < b.name; }),
        "sorted by name");
    std::sort(tensors.begin(), tensors.end(), [](const auto& a, const auto& b) {
        return a.offset != b.offset ? a.offset < b.offset : a.nbytes < b.nbytes;
    });
    std::uint64_t reached = tensors.empty() ? 0 : tensors.front().offset;
    for (const io::TensorInfo& tensor : tensors) {
        require(tensor.offset == reached && tensor.nbytes <= bytes.size() - tensor.offset, "tensors tile the file");
        reached += tensor.nbytes;
        std::uint64_t product = io::size_of(tensor.dtype);
        for (const std::int64_t dim : tensor.shape) {
            const auto factor = static_cast<std::uint64_t>(dim);
            require(factor == 0 || product <= bytes.size() / factor, "no shape is larger than the file");
            product *= factor;
        }
        require(product == tensor.nbytes, "bytes fit the shape");
    }
    require(tensors.empty() || reached == bytes.size(), "no byte is left over");
}

std::vector<std::string> seeds() {
    using test::entry;
    using test::safetensors_bytes;
    return {
        safetensors_bytes("{}"), safetensors_bytes("{" + entry("a", 2, 0) + "}", "12345678"),
        safetensors_bytes(
            "{\"__metadata__\":{\"format\":\"pt\"}," + entry("a", 1, 0) + "," + entry("b.weight", 1, 4) + "}  ",
            "12345678"),
        safetensors_bytes(
            R"({"s":{"dtype":"BF16","shape":[],"data_offsets":[0,2]},"scaled_fp8":{"dtype":"F8_E4M3","shape":[0],"data_offsets":[2,2]}})",
            "12"),
        safetensors_bytes(R"({"x":{"dtype":"U8","shape":[1,1,2,1],"data_offsets":[0,2]}})", "12"),
        // The product wraps around to 4.
        safetensors_bytes(R"({"w":{"dtype":"U8","shape":[4194305,4194305,211106198978564],"data_offsets":[0,4]}})",
                          "1234"),
        "<!DOCTYPE html>", "version https://git-lfs.github.com/spec/v1\n", std::string("PK\x03\x04", 4)};
}

std::vector<std::string> words() {
    return {"\"dtype\"",
            "\"shape\"",
            "\"data_offsets\"",
            "\"__metadata__\"",
            "\"F32\"",
            "\"BF16\"",
            "\"F8_E4M3\"",
            "[",
            "]",
            "{",
            "}",
            ",",
            ":",
            "[0,0]",
            "-1",
            "0",
            "1e999",
            "18446744073709551615",
            "9223372036854775807",
            "4194305",
            "null",
            "true",
            "\\u0000",
            "\"scaled_fp8\""};
}

/// The length of the header, as far as the last brace.
void repair(std::string& input) {
    if (input.size() < 8) return;
    const std::size_t close = input.rfind('}');
    const std::size_t length = close == std::string::npos || close < 8 ? input.size() - 8 : close + 1 - 8;
    for (std::size_t i = 0; i < 8; ++i)
        input[i] = static_cast<char>((std::uint64_t{length} >> (8 * i)) & 0xFF);
}

}  // namespace studio::fuzz

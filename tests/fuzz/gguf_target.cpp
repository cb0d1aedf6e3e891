#include <span>

#include "fuzz/checkpoint_promises.h"
#include "io/gguf_header.h"
#include "support/gguf_bytes.h"

namespace studio::fuzz {

void run_one(std::string_view input) {
    const auto bytes = std::as_bytes(std::span(input));
    const auto header = io::parse_gguf_header(bytes, "input");
    if (!header.ok()) return require_complete(header.error());
    auto tensors = header->tensors;
    require_readable(bytes, tensors);
    std::sort(tensors.begin(), tensors.end(), [](const auto& a, const auto& b) { return a.offset < b.offset; });
    for (std::size_t i = 1; i < tensors.size(); ++i)
        require(tensors[i - 1].offset + tensors[i - 1].nbytes <= tensors[i].offset, "no two tensors share a byte");
    for (const auto& [key, value] : header->metadata)
        require(!invalid_utf8_at(key) && value.size() <= 65536, "keys are UTF-8, texts are short");
}

std::vector<std::string> seeds() {
    using namespace test;
    std::vector<std::string> out{gguf_bytes()};
    GgufParts parts;
    parts.keys.push_back(gguf_key("general.alignment", 4, gguf_le(64, 4)));
    parts.alignment = 64;
    parts.tensors = {{.name = "a.weight", .dims = {32, 2}, .type = 8},
                     {.name = "b", .dims = {256}, .type = 14, .offset = 128}};
    parts.data = std::string(128 + 210, '\x11');
    out.push_back(gguf_bytes(parts));
    parts = {};
    parts.keys.push_back(
        gguf_key("comfy.gguf.orig_shape.w", 9, gguf_le(5, 4) + gguf_le(2, 8) + gguf_le(2, 4) + gguf_le(2, 4)));
    parts.keys.push_back(gguf_key("words", 9, gguf_le(8, 4) + gguf_le(2, 8) + gguf_text("a") + gguf_text("")));
    out.push_back(gguf_bytes(parts));
    parts = {};
    for (std::uint32_t type = 0; type <= 12; ++type) {
        if (type != 8 && type != 9)
            parts.keys.push_back(gguf_key("k" + std::to_string(type), type,
                                          std::string(8, '\1').substr(0, type < 2 || type == 7 ? 1
                                                                         : type < 4            ? 2
                                                                         : type < 7            ? 4
                                                                                               : 8)));
    }
    parts.version = 2;
    parts.tensors = {};
    out.push_back(gguf_bytes(parts));
    for (const std::uint32_t type : {2u, 3u, 6u, 7u, 10u, 11u, 12u, 13u, 20u, 23u, 24u, 27u, 28u, 30u}) {
        parts = {};
        parts.tensors = {{.name = "w", .dims = {256}, .type = type}};
        parts.data = std::string(2048, '\x22');
        out.push_back(gguf_bytes(parts));
    }
    return out;
}

std::vector<std::string> words() {
    using namespace test;
    return {"GGUF",
            gguf_le(3, 4),
            gguf_le(0, 8),
            gguf_le(1, 8),
            gguf_le(~std::uint64_t{0}, 8),
            gguf_le(std::uint64_t{1} << 62, 8),
            gguf_le(32, 8),
            gguf_le(256, 8),
            gguf_le(13, 4),
            gguf_text("w"),
            gguf_text(""),
            gguf_text("general.alignment"),
            gguf_text("comfy.gguf.orig_shape.w"),
            gguf_le(9, 4),
            gguf_le(8, 4),
            gguf_le(250, 4)};
}

void repair(std::string&) {}

}  // namespace studio::fuzz

// Tokenizer files of both kinds: whatever opens must also encode, within its own vocabulary.
#include "core/text.h"
#include "fuzz/target.h"
#include "text/tokenizer.h"
#include "text/unigram_model.h"

namespace studio::fuzz {
namespace {

std::string unit(std::uint32_t value) {
    std::string out;
    for (int shift = 0; shift < 32; shift += 8)
        out.push_back(static_cast<char>(value >> shift));
    return out;
}

/// A character map with one rule, 'a' to "x".
std::string small_charsmap() {
    std::string trie(2048, '\0');
    trie.replace(0, 4, unit(1u << 10));
    trie.replace(4 * (1 ^ 'a'), 4, unit(((1u ^ 'a' ^ 256u) << 10) | 0x100u | 'a'));
    trie.replace(4 * 256, 4, unit(0x80000000u));
    return unit(2048) + trie + std::string("x\0", 2);
}

text::UnigramModel small_model() {
    using text::PieceType;
    text::UnigramModel model;
    model.pieces = {{"<pad>", 0, PieceType::kControl},
                    {"</s>", 0, PieceType::kControl},
                    {"<unk>", 0, PieceType::kUnknown},
                    {"\xE2\x96\x81", -1, PieceType::kNormal},
                    {"\xE2\x96\x81"
                     "fox",
                     -2, PieceType::kNormal},
                    {"x", -3, PieceType::kUserDefined}};
    return model;
}

}  // namespace

void run_one(std::string_view input) {
    const auto tokenizer = text::Tokenizer::from_bytes(input, "input");
    if (!tokenizer.ok()) {
        const Error& error = tokenizer.error();
        require(error.code == ErrorCode::kCorruptFile || error.code == ErrorCode::kUnsupported,
                "only these two errors");
        require(!error.message.empty() && !error.fix.empty() && error.file == "input", "errors are complete");
        require(!invalid_utf8_at(error.message) && !invalid_utf8_at(error.field), "messages are UTF-8");
        return;
    }
    const auto encoded = (*tokenizer)->encode("a fox  \xEF\xAC\x81ne, \xE7\x8B\x90 \xF0\x9F\x98\x80 Z\xCD\x91 x", 32);
    require(encoded.ok() && !encoded->ids.empty() && encoded->ids.size() <= 32, "what opens can encode");
    for (const std::int32_t id : encoded->ids)
        require(id >= 0 && static_cast<std::size_t>(id) < (*tokenizer)->vocab_size(), "ids are in the vocabulary");
}

std::vector<std::string> seeds() {
    text::UnigramModel mapped = small_model();
    mapped.charsmap = small_charsmap();
    text::UnigramModel bytes = small_model();
    bytes.byte_fallback = true;
    for (int b = 0; b < 256; ++b) {
        constexpr const char* kDigits = "0123456789ABCDEF";
        bytes.pieces.push_back(
            {std::string("<0x") + kDigits[b / 16] + kDigits[b % 16] + ">", 0, text::PieceType::kByte});
    }
    return {
        text::to_model_proto(small_model()),
        text::to_model_proto(mapped),
        text::to_model_proto(bytes),
        R"({"added_tokens":[{"id":1,"content":"</s>","special":true}],"normalizer":{"type":"Precompiled","precompiled_charsmap":""},)"
        R"("pre_tokenizer":{"type":"Metaspace","replacement":"▁","prepend_scheme":"always"},)"
        R"("model":{"type":"Unigram","unk_id":2,"vocab":[["<pad>",0],["</s>",0],["<unk>",0],["▁fox",-2.5],["x",-3]]}})",
        "<!DOCTYPE html><html>",
        "version https://git-lfs.github.com/spec/v1\n"};
}

std::vector<std::string> words() {
    return {std::string("\x0A\x07", 2),
            std::string("\x12\x02\x18\x02", 4),
            std::string("\x1A\x04\x12\x02", 4),
            "\xFF\xFF\xFF\xFF\x0F",
            std::string("\x15\x00\x00\xC0\x7F", 5),
            "\"vocab\"",
            "\"unk_id\"",
            "null",
            "[\"a\",1e39]",
            "\"Sequence\""};
}

void repair(std::string&) {}

}  // namespace studio::fuzz

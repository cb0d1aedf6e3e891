// text/tokenizer.h - UMT5 tokeniser: SentencePiece unigram with Wan's prompt clean-up.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace studio::text {

/// Longest prompt that clean_prompt takes. The model reads 512 tokens, which is far less.
inline constexpr std::size_t kMaxPromptBytes = 32 * 1024;

/// Wan's clean-up: ftfy's fix_text with default options, html.unescape twice, white space collapsed, stripped. No case
/// change.   Errors: InvalidArgument for invalid UTF-8 (with the byte offset) and beyond kMaxPromptBytes.
/// Source: Wan2.1 wan/modules/tokenizers.py, mode "whitespace"; ftfy 6.3.
Result<std::string> clean_prompt(std::string_view utf8);

struct Encoded {
    std::vector<std::int32_t> ids;  // EOS included, no padding
    std::size_t untruncated = 0;    // length before the cut
    std::string read_until;         // when cut: the last words that the model still reads
};

class Tokenizer {
  public:
    /// spiece.model, tokenizer.json, or a folder holding one of them (itself, in tokenizer/ or in google/umt5-xxl/).
    /// The normaliser and every flag come from the file. Special text such as </s> in a prompt is plain text.
    /// Errors  NotFound, CorruptFile, Unsupported, Io naming the file.
    static Result<std::unique_ptr<Tokenizer>> open(const std::filesystem::path& path);
    /// The same from memory, told apart by content: for a tokenizer embedded in a text encoder file.
    /// `source` (UTF-8) names the file in errors.   Errors: CorruptFile, Unsupported.
    static Result<std::unique_ptr<Tokenizer>> from_bytes(std::string_view bytes, const std::string& source);
    virtual ~Tokenizer() = default;
    /// `text` is used as it is (call clean_prompt first).   max_length counts EOS; nullopt: no cut.
    /// Threads  Safe from any thread.   Errors: InvalidArgument (invalid UTF-8, max_length 0).
    virtual Result<Encoded> encode(std::string_view text, std::optional<std::size_t> max_length = 512) const = 0;
    virtual std::size_t vocab_size() const = 0;
    virtual std::int32_t pad_id() const = 0;  // 0 when the model names none
};

}  // namespace studio::text

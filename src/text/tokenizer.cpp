#include "text/tokenizer.h"

#include <sentencepiece_processor.h>

#include <algorithm>

#include "core/files.h"
#include "core/text.h"
#include "text/unigram_model.h"

namespace studio::text {
namespace {

constexpr const char* kFix = "Use the spiece.model or tokenizer.json that came with the video model.";

/// The last words of `text` before byte `end`, at most about 60 bytes, never cut inside a character.
std::string last_words(std::string_view text, std::size_t end) {
    constexpr std::size_t kMaxBytes = 60;
    std::string_view read = text.substr(0, std::min(end, text.size()));
    while (!read.empty() && read.back() == ' ')
        read.remove_suffix(1);
    if (read.size() <= kMaxBytes) return std::string(read);
    std::size_t start = read.size() - kMaxBytes;
    const std::size_t space = read.find(' ', start);
    if (space != std::string_view::npos) {
        start = space + 1;
    } else {
        while (start < read.size() && (static_cast<unsigned char>(read[start]) & 0xC0u) == 0x80u)
            ++start;
    }
    return std::string(read.substr(start));
}

class UnigramTokenizer : public Tokenizer {
  public:
    static Result<std::unique_ptr<Tokenizer>> create(const UnigramModel& model, const std::string& source) {
        auto tokenizer = std::make_unique<UnigramTokenizer>();
        const auto status = tokenizer->processor_.LoadFromSerializedProto(to_model_proto(model));
        if (!status.ok())
            return corrupt_file(source, {},
                                std::string("SentencePiece refuses the tokenizer: ") + status.error_message(), kFix);
        tokenizer->eos_id_ = model.eos_id;
        tokenizer->pad_id_ = model.pad_id;
        tokenizer->vocab_size_ = model.pieces.size();
        return std::unique_ptr<Tokenizer>(std::move(tokenizer));
    }

    Result<Encoded> encode(std::string_view text, std::optional<std::size_t> max_length) const override {
        if (max_length && *max_length == 0)
            return invalid_argument("max_length", "A text has at least one token, its end.",
                                    "Give a max_length of 1 or more.");
        if (const auto at = invalid_utf8_at(text))
            return invalid_argument("text", "The text is not valid UTF-8: byte " + std::to_string(*at) + " is wrong.",
                                    "Save or paste the text as UTF-8.");
        sentencepiece::ImmutableSentencePieceText pieces;
        const auto status = processor_.Encode(text, pieces.mutable_proto());
        if (!status.ok())
            return internal_error(std::string("SentencePiece cannot encode the text: ") + status.error_message());
        Encoded encoded;
        const std::size_t count = pieces.pieces_size();
        encoded.untruncated = count + 1;
        const std::size_t kept = max_length ? std::min(count, *max_length - 1) : count;
        encoded.ids.reserve(kept + 1);
        for (std::size_t i = 0; i < kept; ++i)
            encoded.ids.push_back(static_cast<std::int32_t>(pieces.pieces(static_cast<int>(i)).id()));
        if (kept < count && kept > 0)
            encoded.read_until = last_words(text, pieces.pieces(static_cast<int>(kept - 1)).end());
        encoded.ids.push_back(eos_id_);
        return encoded;
    }

    std::size_t vocab_size() const override { return vocab_size_; }
    std::int32_t pad_id() const override { return pad_id_; }

  private:
    sentencepiece::SentencePieceProcessor processor_;
    std::int32_t eos_id_ = 1, pad_id_ = 0;
    std::size_t vocab_size_ = 0;
};

/// A file that is something else altogether deserves to be called by its name.
std::string other_kind(std::string_view bytes) {
    const std::string_view start = bytes.substr(0, 512);
    if (start.substr(0, 23) == "version https://git-lfs") return "a Git LFS pointer, not the file itself";
    const std::size_t first = start.find_first_not_of(" \t\r\n");
    if (first != std::string_view::npos && start[first] == '<' && start.find("html") != std::string_view::npos)
        return "a web page";
    return {};
}

/// '{' and a key. One '{' alone is not enough: a protobuf may start with a newline (field 1) and that length.
bool looks_like_json(std::string_view bytes) {
    constexpr const char* kSpace = " \t\r\n";
    const std::size_t brace = bytes.find_first_not_of(kSpace);
    if (brace == std::string_view::npos || bytes[brace] != '{') return false;
    const std::size_t next = bytes.find_first_not_of(kSpace, brace + 1);
    return next == std::string_view::npos || bytes[next] == '"' || bytes[next] == '}';
}

Result<std::filesystem::path> find_in_folder(const std::filesystem::path& folder) {
    for (const char* name : {"spiece.model", "tokenizer.json", "tokenizer/spiece.model", "tokenizer/tokenizer.json",
                             "google/umt5-xxl/spiece.model", "google/umt5-xxl/tokenizer.json"}) {
        std::error_code ignored;
        if (std::filesystem::exists(folder / name, ignored)) return folder / name;
    }
    return Error{ErrorCode::kNotFound,
                 "The folder has no tokenizer: neither spiece.model nor tokenizer.json, also not in tokenizer/.",
                 path_to_utf8(folder),
                 "tokenizer",
                 "Copy the folder 'tokenizer' of the model next to its weights.",
                 {}};
}

}  // namespace

Result<std::unique_ptr<Tokenizer>> Tokenizer::from_bytes(std::string_view bytes, const std::string& source) {
    if (const std::string kind = other_kind(bytes); !kind.empty())
        return corrupt_file(source, {}, "This is " + kind + ".", "Download the tokenizer file of the model again.");
    STUDIO_TRY(model, looks_like_json(bytes) ? parse_tokenizer_json(bytes, source) : parse_spiece(bytes, source));
    return UnigramTokenizer::create(model, source);
}

Result<std::unique_ptr<Tokenizer>> Tokenizer::open(const std::filesystem::path& path) {
    std::filesystem::path file = path;
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) {
        STUDIO_TRY(found, find_in_folder(path));
        file = found;
    }
    STUDIO_TRY(bytes, read_small_file(file, kMaxTokenizerJsonBytes));
    return from_bytes(bytes, path_to_utf8(file));
}

}  // namespace studio::text

// text/unigram_model.h - a SentencePiece unigram model as plain data: read and checked by us from either file form,
// then handed to the library as a fresh protobuf, so that no unchecked byte of a file ever reaches it.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace studio::text {

enum class PieceType { kNormal = 1, kUnknown = 2, kControl = 3, kUserDefined = 4, kUnused = 5, kByte = 6 };

struct Piece {
    std::string text;
    float score = 0;
    PieceType type = PieceType::kNormal;
};

/// Defaults are those of SentencePiece for absent fields.
struct UnigramModel {
    std::vector<Piece> pieces;
    std::string normalizer_name;
    std::string charsmap;  // see check_charsmap; empty: characters stay as they are
    bool add_dummy_prefix = true;
    bool remove_extra_white_space = true;
    bool escape_white_space = true;
    bool white_space_as_suffix = false;
    bool byte_fallback = false;
    std::int32_t unk_id = 0, bos_id = 1, eos_id = 2, pad_id = -1;
    std::string eos_piece = "</s>", pad_piece = "<pad>";
};

inline constexpr std::size_t kMaxSpieceBytes = 32u << 20;          // umt5-xxl: 4.5 MB
inline constexpr std::size_t kMaxTokenizerJsonBytes = 128u << 20;  // umt5-xxl: 16.8 MB
inline constexpr std::size_t kMaxPieces = 1u << 20;
inline constexpr std::size_t kMaxPieceBytes = 1024;
inline constexpr std::size_t kMaxCharsmapBytes = 4u << 20;  // nmt_nfkc: 0.3 MB

/// Read the protobuf form (spiece.model).   Errors: CorruptFile, Unsupported (not a unigram model), naming `source`.
Result<UnigramModel> parse_spiece(std::string_view bytes, const std::string& source);
/// Read the Hugging Face form (tokenizer.json).   Errors: CorruptFile, Unsupported (other model or normaliser types).
Result<UnigramModel> parse_tokenizer_json(std::string_view bytes, const std::string& source);

/// What both forms must keep: valid ids and piece texts, finite scores, a sound charsmap. Sets eos_id and pad_id (0
/// when the model has no padding piece) from the pieces of those names.   Errors: CorruptFile, naming `source`.
Result<void> check_model(UnigramModel& model, const std::string& source);

/// u32 length, a double-array trie of that many bytes, then NUL-terminated replacements that its leaves point to. Walks
/// every reachable node, so that no look-up can leave the buffer.   Errors: CorruptFile, naming `source`.
Result<void> check_charsmap(std::string_view charsmap, const std::string& source);

/// The model as a SentencePiece ModelProto.   Precondition: check_model passed.
std::string to_model_proto(const UnigramModel& model);

}  // namespace studio::text

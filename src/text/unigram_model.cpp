#include "text/unigram_model.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <unordered_set>

#include "core/text.h"

namespace studio::text {
namespace {

constexpr const char* kFix =
    "Copy the tokenizer file of the model again; it is damaged or belongs to another kind of model.";

Error broken(const std::string& source, const std::string& field, const std::string& message) {
    return corrupt_file(source, field, "Not a usable tokenizer: " + message, kFix);
}

Result<void> check_pieces(const UnigramModel& model, const std::string& source) {
    std::unordered_set<std::string_view> seen;
    std::size_t num_bytes = 0, num_unknown = 0;
    for (std::size_t i = 0; i < model.pieces.size(); ++i) {
        const Piece& piece = model.pieces[i];
        const std::string name = "pieces[" + std::to_string(i) + "]";
        if (piece.text.empty() || piece.text.size() > kMaxPieceBytes)
            return broken(source, name,
                          name + " has " + std::to_string(piece.text.size()) + " bytes; 1 to 1024 are allowed.");
        if (piece.text.find('\0') != std::string::npos || invalid_utf8_at(piece.text))
            return broken(source, name, name + " is not valid UTF-8 text.");
        if (!std::isfinite(piece.score))
            return broken(source, name, name + " has a score that is not a finite number.");
        if (!seen.insert(piece.text).second)
            return broken(source, name, "the piece '" + escape_for_display(piece.text, 40) + "' appears twice.");
        num_bytes += piece.type == PieceType::kByte;
        num_unknown += piece.type == PieceType::kUnknown;
    }
    if (num_unknown != 1)
        return broken(source, "pieces", "it has " + std::to_string(num_unknown) + " unknown pieces instead of 1.");
    if (num_bytes != (model.byte_fallback ? 256u : 0u))
        return broken(source, "pieces",
                      "it has " + std::to_string(num_bytes) + " byte pieces, and byte_fallback is " +
                          (model.byte_fallback ? "on." : "off."));
    return {};
}

std::int32_t find_piece(const UnigramModel& model, const std::string& text) {
    const auto found =
        std::find_if(model.pieces.begin(), model.pieces.end(), [&](const Piece& p) { return p.text == text; });
    return found == model.pieces.end() ? -1 : static_cast<std::int32_t>(found - model.pieces.begin());
}

std::uint32_t unit_at(std::string_view trie, std::size_t index) {
    std::uint32_t unit = 0;
    for (std::size_t k = 0; k < 4; ++k)
        unit |= static_cast<std::uint32_t>(static_cast<unsigned char>(trie[4 * index + k])) << (8 * k);
    return unit;
}
// Bit layout of a Darts-clone unit.
bool has_leaf(std::uint32_t unit) {
    return (unit >> 8) & 1;
}
std::uint32_t label_of(std::uint32_t unit) {
    return unit & 0x800000FFu;
}
std::size_t offset_of(std::uint32_t unit) {
    return static_cast<std::size_t>(unit >> 10) << ((unit & 0x200u) >> 6);
}

bool is_sound_replacement(std::string_view replacements, std::size_t at) {
    constexpr std::size_t kMaxReplacementBytes = 256;  // the longest of NFKC has 33
    if (at >= replacements.size()) return false;
    const std::string_view rest = replacements.substr(at, kMaxReplacementBytes + 1);
    const std::size_t end = rest.find('\0');
    return end != std::string_view::npos && !invalid_utf8_at(rest.substr(0, end));
}

}  // namespace

Result<void> check_charsmap(std::string_view charsmap, const std::string& source) {
    constexpr const char* kField = "precompiled_charsmap";
    if (charsmap.empty()) return {};
    if (charsmap.size() > kMaxCharsmapBytes) return broken(source, kField, "its character map is larger than 4 MiB.");
    if (charsmap.size() < 5) return broken(source, kField, "its character map is cut off.");
    const std::size_t trie_bytes = unit_at(charsmap, 0);
    if (trie_bytes % 4 != 0 || trie_bytes < 1024 || trie_bytes >= charsmap.size() - 4)
        return broken(source, kField,
                      "its character map claims a table of " + std::to_string(trie_bytes) + " bytes in " +
                          std::to_string(charsmap.size()) + ".");
    const std::string_view trie = charsmap.substr(4, trie_bytes);
    const std::string_view replacements = charsmap.substr(4 + trie_bytes);
    const std::size_t num_units = trie_bytes / 4;
    std::vector<bool> seen(num_units, false);
    std::vector<std::size_t> open{offset_of(unit_at(trie, 0))};
    while (!open.empty()) {
        const std::size_t base = open.back();
        open.pop_back();
        // A look-up may read any of the 256 places around a node.
        if ((base | 0xFFu) >= num_units) return broken(source, kField, "its character map points outside itself.");
        if (seen[base]) continue;
        seen[base] = true;
        for (std::size_t label = 0; label < 256; ++label) {
            const std::size_t child = base ^ label;
            const std::uint32_t unit = unit_at(trie, child);
            if (label_of(unit) != label) continue;
            const std::size_t next = child ^ offset_of(unit);
            if (has_leaf(unit) &&
                (next >= num_units || !is_sound_replacement(replacements, unit_at(trie, next) & 0x7FFFFFFFu)))
                return broken(source, kField, "its character map has a replacement outside its text.");
            open.push_back(next);
        }
    }
    return {};
}

Result<void> check_model(UnigramModel& model, const std::string& source) {
    if (model.pieces.empty()) return broken(source, "pieces", "it holds no pieces.");
    STUDIO_TRY_VOID(check_pieces(model, source));
    STUDIO_TRY_VOID(check_charsmap(model.charsmap, source));
    const auto count = static_cast<std::int32_t>(model.pieces.size());
    const auto unknown = std::find_if(model.pieces.begin(), model.pieces.end(),
                                      [](const Piece& p) { return p.type == PieceType::kUnknown; });
    model.unk_id = static_cast<std::int32_t>(unknown - model.pieces.begin());
    if (const std::int32_t id = find_piece(model, model.eos_piece); id >= 0) model.eos_id = id;
    if (model.eos_id < 0 || model.eos_id >= count)
        return broken(source, "eos_id",
                      "it has no piece '" + escape_for_display(model.eos_piece, 40) + "' to end a text with.");
    if (const std::int32_t id = find_piece(model, model.pad_piece); id >= 0) model.pad_id = id;
    if (model.pad_id < 0 || model.pad_id >= count) model.pad_id = 0;
    return {};
}

namespace {

void put_varint(std::string& out, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7)
        out.push_back(static_cast<char>(value | 0x80));
    out.push_back(static_cast<char>(value));
}
void put_number(std::string& out, std::uint32_t field, std::int64_t value) {
    put_varint(out, field << 3);
    put_varint(out, static_cast<std::uint64_t>(value));
}
void put_bytes(std::string& out, std::uint32_t field, std::string_view bytes) {
    put_varint(out, field << 3 | 2);
    put_varint(out, bytes.size());
    out += bytes;
}
void put_float(std::string& out, std::uint32_t field, float value) {
    put_varint(out, field << 3 | 5);
    const auto bits = std::bit_cast<std::uint32_t>(value);
    for (int shift = 0; shift < 32; shift += 8)
        out.push_back(static_cast<char>(bits >> shift));
}

}  // namespace

std::string to_model_proto(const UnigramModel& model) {
    std::string out;
    for (const Piece& piece : model.pieces) {
        std::string message;
        put_bytes(message, 1, piece.text);
        put_float(message, 2, piece.score);
        put_number(message, 3, static_cast<int>(piece.type));
        put_bytes(out, 1, message);
    }
    std::string trainer;
    put_number(trainer, 3, 1);
    put_number(trainer, 4, static_cast<std::int64_t>(model.pieces.size()));
    put_number(trainer, 24, model.white_space_as_suffix);
    put_number(trainer, 35, model.byte_fallback);
    put_number(trainer, 40, model.unk_id);
    put_number(trainer, 41, model.bos_id);
    put_number(trainer, 42, model.eos_id);
    put_number(trainer, 43, model.pad_id);
    put_bytes(out, 2, trainer);
    std::string normalizer;
    put_bytes(normalizer, 1, model.normalizer_name);
    put_bytes(normalizer, 2, model.charsmap);
    put_number(normalizer, 3, model.add_dummy_prefix);
    put_number(normalizer, 4, model.remove_extra_white_space);
    put_number(normalizer, 5, model.escape_white_space);
    put_bytes(out, 3, normalizer);
    return out;
}

}  // namespace studio::text

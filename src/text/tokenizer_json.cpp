// tokenizer.json of Hugging Face's tokenizers, as far as it describes a SentencePiece unigram model.
#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>

#include "core/json.h"
#include "text/unigram_model.h"

namespace studio::text {
namespace {

constexpr const char* kSpaceMark = "\xE2\x96\x81";  // U+2581
constexpr const char* kFix = "Use the tokenizer.json or spiece.model that came with the video model.";

Error broken(const std::string& source, const std::string& field, const std::string& message) {
    return corrupt_file(source, field, "Not a usable tokenizer.json: " + message, kFix);
}
Error unsupported(const std::string& source, const std::string& field, const std::string& message) {
    return {ErrorCode::kUnsupported, message, source, field, kFix, {}};
}

std::optional<std::string> decode_base64(std::string_view text) {
    while (!text.empty() && text.back() == '=')
        text.remove_suffix(1);
    std::string out;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
        const int value = c >= 'A' && c <= 'Z'   ? c - 'A'
                          : c >= 'a' && c <= 'z' ? c - 'a' + 26
                          : c >= '0' && c <= '9' ? c - '0' + 52
                          : c == '+'             ? 62
                          : c == '/'             ? 63
                                                 : -1;
        if (value < 0) return std::nullopt;
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        out.push_back(static_cast<char>(bits >> count & 0xFF));
    }
    return out;
}

/// The string at `key`, or empty.
std::string text_at(const Json& object, const char* key) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    return object.is_object() && found != object.end() && found->is_string() ? found->get<std::string>()
                                                                             : std::string();
}

bool flag_at(const Json& object, const char* key, bool otherwise) {
    if (!object.is_object()) return otherwise;
    const auto found = object.find(key);
    return found != object.end() && found->is_boolean() ? found->get<bool>() : otherwise;
}

/// The parts of a "Sequence", or the one part itself.
std::vector<Json> parts_of(const Json& node, const char* list) {
    if (node.is_null()) return {};
    if (text_at(node, "type") == "Sequence" && node.contains(list) && node[list].is_array())
        return node[list].get<std::vector<Json>>();
    return {node};
}

/// Runs of spaces to one: SentencePiece's own remove_extra_whitespaces.
bool is_space_run_rule(const Json& part) {
    if (!part.contains("pattern") || !part["pattern"].is_object()) return false;
    const std::string content = text_at(part, "content");
    return text_at(part["pattern"], "Regex") == " {2,}" && (content == " " || content == kSpaceMark);
}

Result<void> parse_normalizer(const Json& root, const std::string& source, UnigramModel& model) {
    if (!root.contains("normalizer")) return {};
    for (const Json& part : parts_of(root["normalizer"], "normalizers")) {
        const std::string type = text_at(part, "type");
        if (type == "Precompiled") {
            const auto charsmap = decode_base64(text_at(part, "precompiled_charsmap"));
            if (!charsmap) return broken(source, "normalizer.precompiled_charsmap", "the character map is not base64.");
            model.charsmap = *charsmap;
            model.normalizer_name = "precompiled";
        } else if (type == "Strip" || (type == "Replace" && is_space_run_rule(part))) {
            model.remove_extra_white_space = true;
        } else {
            return unsupported(source, "normalizer",
                               "The tokenizer uses the text rule '" + type + "', which this program does not know.");
        }
    }
    return {};
}

Result<void> parse_pre_tokenizer(const Json& root, const std::string& source, UnigramModel& model) {
    bool has_metaspace = false;
    if (root.contains("pre_tokenizer")) {
        for (const Json& part : parts_of(root["pre_tokenizer"], "pretokenizers")) {
            const std::string type = text_at(part, "type");
            if (type == "WhitespaceSplit") {
                model.remove_extra_white_space = true;
            } else if (type == "Metaspace" && text_at(part, "replacement") == kSpaceMark) {
                has_metaspace = true;
                const std::string scheme = text_at(part, "prepend_scheme");
                model.add_dummy_prefix = scheme.empty() ? flag_at(part, "add_prefix_space", true) : scheme != "never";
            } else {
                return unsupported(source, "pre_tokenizer",
                                   "The tokenizer splits words by '" + type + "', which this program does not know.");
            }
        }
    }
    if (!has_metaspace)
        return unsupported(source, "pre_tokenizer",
                           "The tokenizer does not mark spaces the way SentencePiece does (no Metaspace step).");
    return {};
}

Result<void> parse_vocab(const Json& vocab, const std::string& source, UnigramModel& model) {
    if (!vocab.is_array() || vocab.size() > kMaxPieces)
        return broken(source, "model.vocab", "model.vocab is not a list of at most a million pieces.");
    model.pieces.reserve(vocab.size());
    for (std::size_t i = 0; i < vocab.size(); ++i) {
        const Json& entry = vocab[i];
        if (!entry.is_array() || entry.size() != 2 || !entry[0].is_string() || !entry[1].is_number()) {
            const std::string name = "model.vocab[" + std::to_string(i) + "]";
            return broken(source, name, name + " is not a pair of text and score.");
        }
        model.pieces.push_back({entry[0].get<std::string>(), entry[1].get<float>(), PieceType::kNormal});
    }
    return {};
}

/// Special tokens are control pieces: never found in a text, so that a prompt cannot write them.
void mark_special_pieces(const Json& root, UnigramModel& model) {
    if (!root.contains("added_tokens") || !root["added_tokens"].is_array()) return;
    for (const Json& token : root["added_tokens"]) {
        if (!flag_at(token, "special", false) || !token.contains("id") || !token["id"].is_number_unsigned()) continue;
        const auto id = token["id"].get<std::uint64_t>();
        if (id < model.pieces.size() && model.pieces[id].text == text_at(token, "content"))
            model.pieces[id].type = PieceType::kControl;
    }
}

/// The Hugging Face form keeps the byte pieces but not their type. With all 256 there, the model was trained with byte
/// fallback, and spiece.model of the same model has it on; both files then give the same ids.
void mark_byte_pieces(UnigramModel& model) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < model.pieces.size(); ++i) {
        const std::string& text = model.pieces[i].text;
        std::array<char, 8> name{};
        if (found.size() < 256)
            std::snprintf(name.data(), name.size(), "<0x%02X>", static_cast<unsigned>(found.size()));
        if (found.size() < 256 && text == name.data()) found.push_back(i);
    }
    model.byte_fallback = found.size() == 256;
    if (!model.byte_fallback) return;
    for (const std::size_t i : found)
        model.pieces[i].type = PieceType::kByte;
}

}  // namespace

Result<UnigramModel> parse_tokenizer_json(std::string_view bytes, const std::string& source) {
    JsonLimits limits;
    limits.max_bytes = kMaxTokenizerJsonBytes;
    STUDIO_TRY(root, parse_json(bytes, source, limits));
    if (!root.is_object() || !root.contains("model") || !root["model"].is_object())
        return broken(source, "model", "it has no object 'model'.");
    const Json& part = root["model"];
    const std::string type = text_at(part, "type");
    if (type != "Unigram" && !(type.empty() && part.contains("unk_id")))
        return unsupported(source, "model.type",
                           "The tokenizer is of type '" + type + "'; Wan's text encoder uses 'Unigram'.");
    UnigramModel model;
    model.remove_extra_white_space = false;
    if (!part.contains("vocab")) return broken(source, "model.vocab", "it has no model.vocab.");
    STUDIO_TRY_VOID(parse_vocab(part["vocab"], source, model));
    STUDIO_TRY_VOID(parse_normalizer(root, source, model));
    STUDIO_TRY_VOID(parse_pre_tokenizer(root, source, model));
    mark_special_pieces(root, model);
    mark_byte_pieces(model);
    const auto unknown = part.find("unk_id");
    if (unknown == part.end() || !unknown->is_number_unsigned() || unknown->get<std::uint64_t>() >= model.pieces.size())
        return broken(source, "model.unk_id", "model.unk_id does not name a piece.");
    model.pieces[unknown->get<std::uint64_t>()].type = PieceType::kUnknown;
    STUDIO_TRY_VOID(check_model(model, source));
    return model;
}

}  // namespace studio::text

// spiece.model: the fields of SentencePiece's ModelProto that encoding needs; the rest is checked for form and skipped.
#include <bit>
#include <initializer_list>

#include "text/unigram_model.h"
#include "text/wire_reader.h"

namespace studio::text {
namespace {

constexpr const char* kFix = "Copy the tokenizer file of the model again; it is damaged or not a SentencePiece model.";

Error damaged(const std::string& source, const std::string& field, const std::string& message) {
    return corrupt_file(source, field, "Not a usable SentencePiece model: " + message, kFix);
}

/// Known fields must have the type that the format gives them; unknown ones may be anything.
struct Expected {
    std::uint32_t number;
    WireType type;
};
bool has_wrong_type(const WireField& field, std::initializer_list<Expected> known) {
    for (const Expected& k : known)
        if (k.number == field.number) return k.type != field.type;
    return false;
}

Result<Piece> parse_piece(std::string_view message, const std::string& source, std::size_t index) {
    const std::string name = "pieces[" + std::to_string(index) + "]";
    Piece piece;
    WireReader reader(message);
    while (const auto field = reader.next()) {
        if (has_wrong_type(*field, {{1, WireType::kBytes}, {2, WireType::kFixed32}, {3, WireType::kVarint}}))
            return damaged(source, name, name + " has a field of the wrong type.");
        if (field->number == 1) piece.text = field->bytes;
        if (field->number == 2) piece.score = std::bit_cast<float>(static_cast<std::uint32_t>(field->value));
        if (field->number == 3) {
            if (field->value < 1 || field->value > 6)
                return damaged(source, name, name + " has the unknown type " + std::to_string(field->value) + ".");
            piece.type = static_cast<PieceType>(field->value);
        }
    }
    if (reader.damaged()) return damaged(source, name, name + " is cut inside a field.");
    return piece;
}

Result<void> parse_trainer(std::string_view message, const std::string& source, UnigramModel& model) {
    WireReader reader(message);
    while (const auto field = reader.next()) {
        const bool is_wrong = has_wrong_type(*field, {{3, WireType::kVarint},
                                                      {24, WireType::kVarint},
                                                      {35, WireType::kVarint},
                                                      {40, WireType::kVarint},
                                                      {41, WireType::kVarint},
                                                      {42, WireType::kVarint},
                                                      {43, WireType::kVarint},
                                                      {47, WireType::kBytes},
                                                      {48, WireType::kBytes}});
        if (is_wrong) return damaged(source, "trainer_spec", "trainer_spec has a field of the wrong type.");
        const auto id = static_cast<std::int32_t>(static_cast<std::uint32_t>(field->value));
        switch (field->number) {
            case 3:
                if (field->value != 1)
                    return Error{ErrorCode::kUnsupported,
                                 "The tokenizer is a SentencePiece model of type " + std::to_string(field->value) +
                                     "; Wan's text encoder uses type 1 (unigram).",
                                 source,
                                 "trainer_spec.model_type",
                                 "Use the spiece.model that came with the video model.",
                                 {}};
                break;
            case 24:
                model.white_space_as_suffix = field->value != 0;
                break;
            case 35:
                model.byte_fallback = field->value != 0;
                break;
            case 40:
                model.unk_id = id;
                break;
            case 41:
                model.bos_id = id;
                break;
            case 42:
                model.eos_id = id;
                break;
            case 43:
                model.pad_id = id;
                break;
            case 47:
                model.eos_piece = field->bytes;
                break;
            case 48:
                model.pad_piece = field->bytes;
                break;
            default:
                break;
        }
    }
    if (reader.damaged()) return damaged(source, "trainer_spec", "trainer_spec is cut inside a field.");
    return {};
}

Result<void> parse_normalizer(std::string_view message, const std::string& source, UnigramModel& model) {
    WireReader reader(message);
    while (const auto field = reader.next()) {
        const bool is_wrong = has_wrong_type(*field, {{1, WireType::kBytes},
                                                      {2, WireType::kBytes},
                                                      {3, WireType::kVarint},
                                                      {4, WireType::kVarint},
                                                      {5, WireType::kVarint}});
        if (is_wrong) return damaged(source, "normalizer_spec", "normalizer_spec has a field of the wrong type.");
        switch (field->number) {
            case 1:
                model.normalizer_name = field->bytes;
                break;
            case 2:
                model.charsmap = field->bytes;
                break;
            case 3:
                model.add_dummy_prefix = field->value != 0;
                break;
            case 4:
                model.remove_extra_white_space = field->value != 0;
                break;
            case 5:
                model.escape_white_space = field->value != 0;
                break;
            default:
                break;
        }
    }
    if (reader.damaged()) return damaged(source, "normalizer_spec", "normalizer_spec is cut inside a field.");
    return {};
}

}  // namespace

Result<UnigramModel> parse_spiece(std::string_view bytes, const std::string& source) {
    if (bytes.empty()) return damaged(source, {}, "the file is empty.");
    if (bytes.size() > kMaxSpieceBytes) return damaged(source, {}, "it is larger than 32 MiB.");
    UnigramModel model;
    WireReader reader(bytes);
    while (const auto field = reader.next()) {
        if (has_wrong_type(*field, {{1, WireType::kBytes}, {2, WireType::kBytes}, {3, WireType::kBytes}}))
            return damaged(source, {},
                           "the field before byte " + std::to_string(reader.offset()) + " has the wrong type.");
        if (field->number == 1) {
            if (model.pieces.size() >= kMaxPieces)
                return damaged(source, "pieces", "it claims more than a million pieces.");
            STUDIO_TRY(piece, parse_piece(field->bytes, source, model.pieces.size()));
            model.pieces.push_back(std::move(piece));
        }
        if (field->number == 2) STUDIO_TRY_VOID(parse_trainer(field->bytes, source, model));
        if (field->number == 3) STUDIO_TRY_VOID(parse_normalizer(field->bytes, source, model));
    }
    if (reader.damaged())
        return damaged(source, {}, "the field at byte " + std::to_string(reader.offset()) + " is cut off or damaged.");
    STUDIO_TRY_VOID(check_model(model, source));
    return model;
}

}  // namespace studio::text

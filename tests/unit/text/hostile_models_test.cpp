// Tokenizer files that lie: each is refused with a sentence, none crashes, hangs or reads outside its bytes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "core/files.h"
#include "text/tokenizer.h"
#include "text/unigram_model.h"

namespace studio::text {
namespace {

using ::testing::HasSubstr;
const std::filesystem::path kData = STUDIO_TEST_DATA;

std::string bytes_of(const char* name) {
    return read_small_file(kData / name, 1 << 20).value();
}

std::string unit(std::uint32_t value) {
    std::string out;
    for (int shift = 0; shift < 32; shift += 8)
        out.push_back(static_cast<char>(value >> shift));
    return out;
}

UnigramModel three_pieces() {
    UnigramModel model;
    model.pieces = {{"</s>", 0, PieceType::kControl}, {"<unk>", 0, PieceType::kUnknown}, {"a", -1}};
    return model;
}

void expect_refused(const UnigramModel& model, const std::string& part_of_message) {
    const auto result = Tokenizer::from_bytes(to_model_proto(model), "hostile.model");
    ASSERT_FALSE(result.ok()) << part_of_message;
    EXPECT_EQ(result.error().code, ErrorCode::kCorruptFile);
    EXPECT_EQ(result.error().file, "hostile.model");
    EXPECT_THAT(result.error().message, HasSubstr(part_of_message));
    EXPECT_FALSE(result.error().fix.empty());
}

TEST(HostileSpiece, GoldenBadFilesAreCorrupt) {
    for (const char* name :
         {"bad/spiece_truncated.model", "bad/spiece_garbage.model", "bad/spiece_charsmap_oob.model"}) {
        const auto result = Tokenizer::open(kData / name);
        ASSERT_FALSE(result.ok()) << name;
        EXPECT_EQ(result.error().code, ErrorCode::kCorruptFile) << name;
        EXPECT_THAT(result.error().file, HasSubstr(name));
    }
}

TEST(HostileSpiece, PiecesAreChecked) {
    ASSERT_TRUE(Tokenizer::from_bytes(to_model_proto(three_pieces()), "good").ok());
    UnigramModel model = three_pieces();
    model.pieces[2].text = "</s>";
    expect_refused(model, "twice");
    model = three_pieces();
    model.pieces[2].text.clear();
    expect_refused(model, "0 bytes");
    model.pieces[2].text = "\xFF";
    expect_refused(model, "UTF-8");
    model.pieces[2].text = std::string(2000, 'x');
    expect_refused(model, "2000 bytes");
    model = three_pieces();
    model.pieces[2].score = std::nanf("");
    expect_refused(model, "finite");
    model = three_pieces();
    model.pieces[1].type = PieceType::kNormal;
    expect_refused(model, "0 unknown");
    model = three_pieces();
    model.byte_fallback = true;
    expect_refused(model, "0 byte pieces");
    model = three_pieces();
    model.pieces[2].type = PieceType::kByte;
    expect_refused(model, "1 byte pieces");
    model = three_pieces();
    model.pieces[0].text = "b";
    model.eos_id = 77;
    expect_refused(model, "</s>");
    expect_refused(UnigramModel{}, "no pieces");
}

TEST(HostileSpiece, OtherModelTypesAreUnsupported) {
    const std::string bpe = to_model_proto(three_pieces()) + std::string("\x12\x02\x18\x02", 4);
    EXPECT_EQ(Tokenizer::from_bytes(bpe, "bpe.model").error().code, ErrorCode::kUnsupported);
}

TEST(HostileSpiece, CharsmapsThatPointOutsideAreRefused) {
    const auto error = [](const std::string& map) {
        const auto result = check_charsmap(map, "x");
        return result.ok() ? std::string() : result.error().message;
    };
    EXPECT_THAT(error("abc"), HasSubstr("cut off"));
    EXPECT_THAT(error(unit(0xFFFFFFFC) + std::string(2000, '\0')), HasSubstr("4294967292"));
    EXPECT_THAT(error(unit(1026) + std::string(2000, '\0')), HasSubstr("1026"));
    EXPECT_THAT(error(unit(1024) + std::string(1024, '\0')), HasSubstr("1024"));
    // The root jumps beyond the table.
    EXPECT_THAT(error(unit(1024) + unit(0x3FFu << 10) + std::string(1020, '\0') + "x"), HasSubstr("outside itself"));
    // A node inside the table whose row of 256 places is not.
    EXPECT_THAT(error(unit(1028) + unit(256u << 10) + std::string(1024, '\0') + "x"), HasSubstr("outside itself"));
    // 'a' is a leaf whose replacement lies behind the text, then one that never ends.
    std::string trie(2048, '\0');
    const auto set = [&](std::size_t index, std::uint32_t value) { trie.replace(4 * index, 4, unit(value)); };
    set(0, 1u << 10);                                        // root: base 1
    set(1 ^ 'a', ((1u ^ 'a' ^ 256u) << 10) | 0x100u | 'a');  // child 'a': leaf, next base 256
    set(256, 0x80000000u | 500u);
    EXPECT_THAT(error(unit(2048) + trie + std::string("x\0", 2)), HasSubstr("outside its text"));
    set(256, 0x80000000u);
    EXPECT_THAT(error(unit(2048) + trie + "xyz"), HasSubstr("outside its text"));
    EXPECT_EQ(error(unit(2048) + trie + std::string("x\0", 2)), "");
}

/// Whatever opens must also encode.
void try_model(std::string_view bytes, int& opened) {
    const auto tokenizer = Tokenizer::from_bytes(bytes, "mutant");
    if (!tokenizer.ok()) {
        EXPECT_FALSE(tokenizer.error().message.empty());
        EXPECT_FALSE(tokenizer.error().fix.empty());
        return;
    }
    ++opened;
    EXPECT_TRUE((*tokenizer)->encode("a red ﬁne fox, ㎏ \xE7\x8B\x90 \xF0\x9F\x98\x80 Z\xCD\x91").ok());
}

TEST(HostileSpiece, MutantsNeverCrash) {
    std::mt19937 random(7);
    int opened = 0;
    for (const char* name : {"golden/text/spiece.model", "golden/text/spiece_identity.model"}) {
        const std::string good = bytes_of(name);
        const int rounds = good.size() > 100000 ? 50 : 200;  // the large one has a large charsmap to check each time
        for (int round = 0; round < rounds; ++round) {
            std::string mutant = good;
            const int changes = 1 + static_cast<int>(random() % 4);
            for (int i = 0; i < changes; ++i)
                mutant[random() % mutant.size()] = static_cast<char>(random());
            if (round % 10 == 0) mutant.resize(random() % mutant.size());
            try_model(mutant, opened);
        }
    }
    EXPECT_GT(opened, 10);  // else the mutants test nothing behind the first check
}

TEST(HostileSpiece, CharsmapMutantsNeverCrash) {
    const UnigramModel good = parse_spiece(bytes_of("golden/text/spiece.model"), "good").value();
    std::mt19937 random(8);
    int opened = 0;
    for (int round = 0; round < 40; ++round) {
        UnigramModel mutant = good;
        for (int i = 0; i < 3; ++i)
            mutant.charsmap[random() % mutant.charsmap.size()] = static_cast<char>(random());
        try_model(to_model_proto(mutant), opened);
    }
    EXPECT_GT(opened, 0);
}

TEST(HostileSpiece, RandomBytesAreRefused) {
    std::mt19937 random(9);
    int opened = 0;
    for (int round = 0; round < 500; ++round) {
        std::string bytes(random() % 400, '\0');
        for (char& c : bytes)
            c = static_cast<char>(random());
        try_model(bytes, opened);
    }
    EXPECT_EQ(opened, 0);
}

}  // namespace
}  // namespace studio::text

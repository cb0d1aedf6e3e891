#include "text/tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "core/json.h"
#include "text/unigram_model.h"

namespace studio::text {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const fs::path kGolden = fs::path(STUDIO_TEST_DATA) / "golden" / "text";

class TempFolder {
  public:
    TempFolder() : path(fs::temp_directory_path() / ("studio-text-" + std::to_string(std::random_device{}()))) {
        fs::create_directories(path);
    }
    ~TempFolder() { fs::remove_all(path); }
    const fs::path path;
};

void write(const fs::path& path, std::string_view bytes) {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
}

/// pad </s> <unk> and a few words; a space is U+2581.
UnigramModel small_model() {
    UnigramModel model;
    model.pieces = {{"<pad>", 0, PieceType::kControl},
                    {"</s>", 0, PieceType::kControl},
                    {"<unk>", 0, PieceType::kUnknown},
                    {"▁", -1},
                    {"▁fox", -2},
                    {"▁red", -2},
                    {"a", -4},
                    {"<", -4},
                    {"/", -4},
                    {"s", -4},
                    {">", -4}};
    return model;
}

std::unique_ptr<Tokenizer> load(UnigramModel model) {
    EXPECT_TRUE(check_model(model, "test").ok());
    return Tokenizer::from_bytes(to_model_proto(model), "test").value();
}

TEST(Tokenizer, EncodesAndEndsWithEos) {
    const auto tokenizer = load(small_model());
    EXPECT_THAT(tokenizer->encode("red fox")->ids, ElementsAre(5, 4, 1));
    EXPECT_THAT(tokenizer->encode("")->ids, ElementsAre(1));
    EXPECT_EQ(tokenizer->vocab_size(), 11u);
    EXPECT_EQ(tokenizer->pad_id(), 0);
}

TEST(Tokenizer, SpecialTextIsText) {
    EXPECT_THAT(load(small_model())->encode("</s>")->ids, ElementsAre(3, 7, 8, 9, 10, 1));
}

TEST(Tokenizer, UnknownRunIsOneTokenWithoutByteFallback) {
    EXPECT_THAT(load(small_model())->encode("a狐狸a")->ids, ElementsAre(3, 6, 2, 6, 1));
}

TEST(Tokenizer, FlagsComeFromTheFile) {
    UnigramModel model = small_model();
    model.add_dummy_prefix = false;
    EXPECT_THAT(load(model)->encode("a")->ids, ElementsAre(6, 1));
    model.remove_extra_white_space = false;
    EXPECT_THAT(load(model)->encode("a  fox ")->ids, ElementsAre(6, 3, 4, 3, 1));
}

TEST(Tokenizer, CutsAndTellsWhereTheModelStopsReading) {
    const auto tokenizer = load(small_model());
    const auto whole = tokenizer->encode("red fox red fox", std::nullopt);
    EXPECT_EQ(whole->ids.size(), 5u);
    EXPECT_EQ(whole->read_until, "");
    const auto cut = tokenizer->encode("red fox red fox", 4);
    EXPECT_THAT(cut->ids, ElementsAre(5, 4, 5, 1));
    EXPECT_EQ(cut->untruncated, 5u);
    EXPECT_EQ(cut->read_until, "red fox red");
    EXPECT_THAT(tokenizer->encode("red", 1)->ids, ElementsAre(1));
    EXPECT_EQ(tokenizer->encode("red", 0).error().code, ErrorCode::kInvalidArgument);
    std::string words, foxes;
    for (int i = 0; i < 40; ++i)
        words += "red ", foxes += "狐狸";
    EXPECT_EQ(tokenizer->encode(words, 31)->read_until, "red red red red red red red red red red red red red red red");
    const auto unspaced = load(small_model())->encode("a" + foxes + "a", 3);
    EXPECT_LE(unspaced->read_until.size(), 60u);
}

TEST(Tokenizer, RefusesInvalidUtf8) {
    const auto result = load(small_model())->encode("a\xFF");
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, ErrorCode::kInvalidArgument);
}

TEST(Tokenizer, FindsItsFileInAFolder) {
    const TempFolder temp;
    EXPECT_EQ(Tokenizer::open(temp.path).error().code, ErrorCode::kNotFound);
    EXPECT_EQ(Tokenizer::open(temp.path / "none.model").error().code, ErrorCode::kNotFound);
    fs::create_directories(temp.path / "tokenizer");
    fs::copy_file(kGolden / "tokenizer.json", temp.path / "tokenizer" / "tokenizer.json");
    EXPECT_EQ(Tokenizer::open(temp.path).value()->vocab_size(), 1285u);
    fs::copy_file(kGolden / "spiece_identity.model", temp.path / "spiece.model");
    EXPECT_EQ(Tokenizer::open(temp.path).value()->vocab_size(), 700u);
}

TEST(Tokenizer, NamesWhatAWrongFileIs) {
    const TempFolder temp;
    write(temp.path / "lfs", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 4548313\n");
    write(temp.path / "page", "<!DOCTYPE html><html><body>404</body></html>");
    write(temp.path / "empty", "");
    EXPECT_THAT(Tokenizer::open(temp.path / "lfs").error().message, HasSubstr("Git LFS"));
    EXPECT_THAT(Tokenizer::open(temp.path / "page").error().message, HasSubstr("web page"));
    const Error empty = Tokenizer::open(temp.path / "empty").error();
    EXPECT_THAT(empty.message, HasSubstr("empty"));
    EXPECT_THAT(empty.file, HasSubstr("empty"));
    EXPECT_FALSE(empty.fix.empty());
}

TEST(TokenizerJson, RefusesOtherKindsByName) {
    const auto error = [](const char* text) { return Tokenizer::from_bytes(text, "t.json").error(); };
    EXPECT_EQ(error(R"({"model":{"type":"BPE","vocab":{}}})").code, ErrorCode::kUnsupported);
    EXPECT_THAT(error(R"({"model":{"type":"BPE","vocab":{}}})").message, HasSubstr("BPE"));
    EXPECT_THAT(
        error(R"({"model":{"type":"Unigram","vocab":[["a",0]],"unk_id":0},"normalizer":{"type":"Lowercase"}})").message,
        HasSubstr("Lowercase"));
    EXPECT_THAT(
        error(R"({"model":{"type":"Unigram","vocab":[["a",0]],"unk_id":0},"pre_tokenizer":{"type":"ByteLevel"}})")
            .message,
        HasSubstr("ByteLevel"));
    EXPECT_THAT(error(R"({"model":{"type":"Unigram","vocab":[["a",0]],"unk_id":0}})").message, HasSubstr("Metaspace"));
    EXPECT_EQ(error(R"({"model":{"type":"Unigram","vocab":[["a"]],"unk_id":0}})").field, "model.vocab[0]");
    EXPECT_EQ(error(R"({"model":{"type":"Unigram","vocab":{},"unk_id":0}})").code, ErrorCode::kCorruptFile);
    EXPECT_EQ(error("{\"model\":").code, ErrorCode::kCorruptFile);
    EXPECT_EQ(error("{}").field, "model");
    constexpr const char* kMeta = R"(,"pre_tokenizer":{"type":"Metaspace","replacement":"▁"}})";
    EXPECT_EQ(error((std::string(R"({"model":{"type":"Unigram","vocab":[["a",0]],"unk_id":5})") + kMeta).c_str()).field,
              "model.unk_id");
    EXPECT_EQ(
        error(
            (std::string(
                 R"({"normalizer":{"type":"Precompiled","precompiled_charsmap":"!"},"model":{"type":"Unigram","vocab":[["a",0]],"unk_id":0})") +
             kMeta)
                .c_str())
            .field,
        "normalizer.precompiled_charsmap");
}

TEST(TokenizerJson, ReadsASmallOne) {
    constexpr const char* kText =
        R"({"added_tokens":[{"id":1,"content":"</s>","special":true},{"id":9,"content":"<extra_id_0>","special":true}],
        "normalizer":null,"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"WhitespaceSplit"},
        {"type":"Metaspace","replacement":"▁","prepend_scheme":"always"}]},
        "model":{"type":"Unigram","unk_id":2,"vocab":[["<pad>",0],["</s>",0],["<unk>",0],["▁fox",-2.5],["▁",-3]],"byte_fallback":false}})";
    const auto tokenizer = Tokenizer::from_bytes(kText, "t.json").value();
    EXPECT_THAT(tokenizer->encode("fox  fox")->ids, ElementsAre(3, 3, 1));
    EXPECT_THAT(tokenizer->encode("</s>")->ids, ElementsAre(4, 2, 1));
}

}  // namespace
}  // namespace studio::text

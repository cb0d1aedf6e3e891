// Torch files as checkpoints: what torch.save wrote is read with its values; what was tampered with is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/text.h"
#include "io/checkpoint.h"
#include "io/finite.h"
#include "io/pickle_reader.h"
#include "io/read_values.h"
#include "io/state_dict.h"
#include "support/gguf_bytes.h"
#include "support/safetensors_bytes.h"
#include "support/temp_folder.h"
#include "support/torch_bytes.h"

namespace studio::io {
namespace {

namespace fs = std::filesystem;
using namespace test::pickle;
using test::torch_bytes;
using test::torch_items;
using test::zip_bytes;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
const fs::path kData = fs::path(STUDIO_TEST_DATA) / "io";

std::vector<float> values_of(const Checkpoint& checkpoint, const std::string& name) {
    const TensorInfo* const info = checkpoint.find(name);
    EXPECT_NE(info, nullptr) << name;
    if (info == nullptr) return {};
    std::vector<float> out(value_count(*info));
    read_values(checkpoint, *info, 0, out);
    return out;
}

class TorchFile : public testing::Test {
  protected:
    Result<std::shared_ptr<const Checkpoint>> open(const std::string& bytes) {
        return Checkpoint::open(folder_.write("m.pth", bytes));
    }
    Error refused(const std::string& bytes, ErrorCode code = ErrorCode::kCorruptFile) {
        const auto opened = open(bytes);
        EXPECT_FALSE(opened.ok());
        if (opened.ok()) return {};
        EXPECT_EQ(opened.error().code, code) << opened.error().message;
        EXPECT_THAT(opened.error().file, HasSubstr("m.pth"));
        EXPECT_FALSE(opened.error().fix.empty());
        EXPECT_EQ(folder_.count_files(), 1u) << "nothing else was written";
        return opened.error();
    }
    test::TempFolder folder_;
};

TEST_F(TorchFile, ReadsASmallOne) {
    const auto opened = open(torch_bytes(good()));
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    EXPECT_EQ((*opened)->container(), "torch zip");
    EXPECT_THAT(values_of(**opened, "w"), ElementsAre(1, 2, 3, 4));
    EXPECT_TRUE((*opened)->find("w")->strides.empty());
    EXPECT_TRUE((*opened)->verify_unchanged().ok());
}

TEST_F(TorchFile, WhatTorchSaveWroteHasItsValues) {
    const auto opened = Checkpoint::open(kData / "views.pth"), expected = Checkpoint::open(kData / "views.safetensors");
    ASSERT_TRUE(opened.ok() && expected.ok());
    EXPECT_EQ((*opened)->tensors().size(), (*expected)->tensors().size() + 1);
    for (const TensorInfo& info : (*expected)->tensors()) {
        EXPECT_EQ(values_of(**opened, info.name), values_of(**expected, info.name)) << info.name;
        EXPECT_EQ((*opened)->find(info.name)->shape, info.shape) << info.name;
        EXPECT_TRUE(require_finite(**opened, *(*opened)->find(info.name)).ok()) << info.name;
    }
    const TensorInfo& none = *(*opened)->find("none");
    EXPECT_EQ(none.shape, (std::vector<std::int64_t>{0, 3}));
    EXPECT_EQ(none.nbytes, 0u);
    EXPECT_TRUE((*opened)->bytes(none).empty());
    EXPECT_EQ((*opened)->find("repeated")->nbytes, 12u) << "12 values in 3 floats";
    EXPECT_THAT((*opened)->find("transposed")->strides, ElementsAre(1, 10));
    EXPECT_TRUE((*opened)->find("single")->strides.empty()) << "strides of one element say nothing";
}

TEST_F(TorchFile, PartsOfViewsFromAnyPlace) {
    const auto opened = Checkpoint::open(kData / "views.pth");
    for (const char* name : {"cube", "transposed", "repeated", "half_part"}) {
        const TensorInfo& info = *(*opened)->find(name);
        const auto all = values_of(**opened, name);
        for (std::uint64_t begin = 0; begin < all.size(); begin += 3) {
            std::vector<float> part(std::min<std::uint64_t>(7, all.size() - begin));
            read_values(**opened, info, begin, part);
            EXPECT_TRUE(std::equal(part.begin(), part.end(), all.begin() + static_cast<std::ptrdiff_t>(begin)))
                << name << begin;
        }
        std::vector<float> beyond(all.size());
        EXPECT_THROW(read_values(**opened, info, 1, beyond), Failure);
    }
}

TEST_F(TorchFile, WrappersAreFoundByContent) {
    const auto opened = Checkpoint::open(kData / "training.pth");
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    EXPECT_EQ((*opened)->metadata().at("torch.wrapper"), "generator_ema");
    EXPECT_THAT(values_of(**opened, "net.2.weight"), ElementsAre(202, 203, 204, 205));
    const std::string one = tensor(storage("FloatStorage", "0", 4)), weights = dict(text("w") + one);
    for (const auto& [pickle, wrapper] : std::vector<std::pair<std::string, std::string>>{
             {dict(text("state_dict") + weights), "state_dict"},
             {dict(text("epoch") + number(3) + text("model") + weights), "model"},
             {dict(text("anything") + weights), "anything"},
             {dict(text("model") + dict(text("module") + weights)), "model.module"},
             {dict(text("model") + weights + text("ema") + dict(text("w") + one)), "ema"}}) {
        const auto wrapped = open(torch_bytes(stream(pickle)));
        ASSERT_TRUE(wrapped.ok()) << wrapper << wrapped.error().message;
        EXPECT_EQ((*wrapped)->tensors().size(), 1u);
        EXPECT_EQ((*wrapped)->metadata().at("torch.wrapper"), wrapper);
    }
}

/// A name like "ema" makes a dict of weights better only when it holds about as much.
TEST_F(TorchFile, AWrapperWithFewTensorsDoesNotWin) {
    const auto weights = [](int count) {
        std::string items;
        for (int i = 0; i < count; ++i)
            items += text(std::string(1, static_cast<char>('a' + i))) + tensor(storage("FloatStorage", "0", 4));
        return dict(items);
    };
    const auto chosen = [&](int in_model, int in_ema) {
        const auto opened =
            open(torch_bytes(stream(dict(text("model") + weights(in_model) + text("ema") + weights(in_ema)))));
        return opened.ok() ? (*opened)->metadata().at("torch.wrapper") : opened.error().message;
    };
    EXPECT_EQ(chosen(3, 3), "ema");
    EXPECT_EQ(chosen(3, 2), "ema");
    EXPECT_EQ(chosen(3, 1), "model");
}

TEST_F(TorchFile, WhatIsNoStateDict) {
    const std::string one = tensor(storage("FloatStorage", "0", 4)), weights = dict(text("w") + one);
    EXPECT_THAT(refused(torch_bytes(stream(one))).message, HasSubstr("one tensor"));
    EXPECT_THAT(refused(torch_bytes(stream(tuple(one)))).message, HasSubstr("a list"));
    EXPECT_THAT(refused(torch_bytes(stream("}"))).message, HasSubstr("no tensors"));
    EXPECT_THAT(refused(torch_bytes(stream(dict(text("epoch") + number(1))))).message, HasSubstr("no tensors"));
    EXPECT_THAT(refused(torch_bytes(stream(dict(number(1) + one)))).message, HasSubstr("not text"));
    const Error twice = refused(torch_bytes(stream(dict(text("w") + one + text("w") + one))));
    EXPECT_EQ(twice.field, "w");
    const Error several =
        refused(torch_bytes(stream(dict(text("left") + weights + text("right") + dict(text("w") + one)))),
                ErrorCode::kUnsupported);
    EXPECT_THAT(several.message, AllOf(HasSubstr("left"), HasSubstr("right")));
}

TEST_F(TorchFile, Row21NamesAreShownNeverUsed) {
    const std::string one = tensor(storage("FloatStorage", "0", 4));
    for (const std::string& name : {std::string("a\0b", 3), std::string("a\nb"), std::string(),
                                    std::string("\xE2\x80\xAEx"), std::string("\xFF"), std::string(600, 'x')}) {
        const Error error = refused(torch_bytes(stream(dict(text(name) + one))));
        EXPECT_THAT(error.message, HasSubstr("name"));
        EXPECT_EQ(error.message.find('\n'), std::string::npos);
    }
    EXPECT_TRUE(open(torch_bytes(stream(dict(text("../x") + one)))).ok()) << "odd, but only a name";
}

TEST_F(TorchFile, Row31StorageAndRecordDisagree) {
    const auto with = [&](std::int64_t elements, const char* type = "FloatStorage") {
        return torch_bytes(stream(dict(text("w") + tensor(storage(type, "0", elements), {0, {2}, {1}}))));
    };
    for (const std::int64_t elements : {2, 3, 5, 1024}) {
        const Error error = refused(with(elements));
        EXPECT_EQ(error.field, "w");
        EXPECT_THAT(error.message, AllOf(HasSubstr("data/0"), HasSubstr("16 bytes")));
    }
    EXPECT_TRUE(open(with(2, "DoubleStorage")).ok());
    EXPECT_EQ(refused(torch_bytes(stream(dict(text("w") + tensor(storage("FloatStorage", "7", 4)))))).field, "w");
    EXPECT_FALSE(open(with(std::int64_t{1} << 62)).ok());
}

TEST_F(TorchFile, Row32ExpansionIsBounded) {
    const auto repeated = [](std::int64_t times) {
        return torch_bytes(stream(dict(text("w") + tensor(storage("FloatStorage", "0", 4), {0, {times, 4}, {0, 1}}))));
    };
    EXPECT_TRUE(open(repeated(1000)).ok());
    const Error error = refused(repeated(std::int64_t{1} << 40));
    EXPECT_EQ(error.field, "w");
    EXPECT_THAT(error.message, HasSubstr("repeats 16 bytes"));
}

TEST_F(TorchFile, Row34ListsThatHoldThemselves) {
    EXPECT_THAT(refused(torch_bytes(stream("}q" + std::string(1, '\0') + text("a") + "h" + '\0' + "s"))).message,
                HasSubstr("holds itself"));
    EXPECT_THAT(refused(torch_bytes(stream(dict(text("a") + "]q" + std::string(1, '\0') + "h" + '\0' + "a")))).message,
                HasSubstr("holds itself"));
    std::string deep = "N";
    for (int i = 0; i < 100; ++i)
        deep += "\x85";
    EXPECT_THAT(refused(torch_bytes(stream(dict(text("a") + deep)))).message, HasSubstr("too deep"));
    std::string deeper = "N";
    for (int i = 0; i < 1'000'000; ++i)
        deeper += "\x85";
    EXPECT_THAT(refused(torch_bytes(stream(dict(text("a") + deeper)))).message, HasSubstr("too deep"));
}

TEST_F(TorchFile, Row37OldTorchFiles) {
    const std::string magic("\x80\x02\x8a\x0al\xfc\x9c\x46\xf9\x20j\xa8P\x19.\x80\x02M\xe9\x03.", 21);
    for (const std::string& bytes :
         {magic, magic + std::string(500, 'x'), std::string("\x80\x04\x95\x10\0\0\0\0\0\0\0}.", 13) + "more"}) {
        const Error error = refused(bytes, ErrorCode::kUnsupported);
        EXPECT_THAT(error.message, HasSubstr("old torch file"));
        EXPECT_THAT(error.fix, AllOf(HasSubstr("torch.save"), HasSubstr("weights_only=True")));
    }
    std::string tar(1024, '\0');
    tar.replace(0, 8, "sys_info");
    tar.replace(257, 5, "ustar");
    EXPECT_THAT(refused(tar, ErrorCode::kUnsupported).message, HasSubstr("tar archive"));
}

TEST_F(TorchFile, Row38CompressedPickle) {
    auto items = torch_items(good());
    items[0].method = 8;
    EXPECT_EQ(refused(zip_bytes(items), ErrorCode::kUnsupported).field, "archive/data.pkl");
}

TEST_F(TorchFile, Row43WrongChecksum) {
    for (const std::size_t damaged : {0u, 1u}) {
        auto items = torch_items(good());
        items[damaged].crc = 1;
        EXPECT_THAT(refused(zip_bytes(items)).message, AllOf(HasSubstr("damaged"), HasSubstr("checksum")));
    }
    auto items = torch_items(good());
    items[3].crc = 1;
    const auto opened = open(zip_bytes(items));
    ASSERT_TRUE(opened.ok()) << "weights are summed when they are used, not when a file is opened";
    for (int again = 0; again < 2; ++again) {
        const auto verdict = require_finite(**opened, *(*opened)->find("w"));
        ASSERT_FALSE(verdict.ok());
        EXPECT_EQ(verdict.error().code, ErrorCode::kCorruptFile);
        EXPECT_EQ(verdict.error().field, "w");
        EXPECT_THAT(verdict.error().message, AllOf(HasSubstr("damaged"), HasSubstr("data/0")));
    }
}

TEST_F(TorchFile, Row23NotFiniteInAViewCountsOnlyWhatTheViewShows) {
    auto items = torch_items(stream(dict(text("bad") + tensor(storage("FloatStorage", "0", 4)) + text("good") +
                                         tensor(storage("FloatStorage", "0", 4), {0, {2}, {2}}) + text("worse") +
                                         tensor(storage("FloatStorage", "0", 4), {1, {5, 1}, {0, 1}}))));
    items[3].data.replace(4, 4, std::string("\0\0\x80\x7f", 4));  // infinity as the second value
    const auto opened = open(zip_bytes(items));
    ASSERT_TRUE(opened.ok());
    EXPECT_THAT(require_finite(**opened, *(*opened)->find("bad")).error().message, HasSubstr("1 values"));
    EXPECT_TRUE(require_finite(**opened, *(*opened)->find("good")).ok());
    EXPECT_THAT(require_finite(**opened, *(*opened)->find("worse")).error().message, HasSubstr("5 values"));
}

TEST_F(TorchFile, Row44BigEndian) {
    auto items = torch_items(good());
    items[1].data = "big";
    EXPECT_EQ(refused(zip_bytes(items), ErrorCode::kUnsupported).field, "byteorder");
    items[1].data = std::string("lit\0tle", 7);
    refused(zip_bytes(items), ErrorCode::kUnsupported);
    items.erase(items.begin() + 1);
    EXPECT_TRUE(open(zip_bytes(items)).ok()) << "older files have no such record and are little";
}

TEST_F(TorchFile, Row45Programs) {
    for (const char* name : {"archive/constants.pkl", "archive/code/__torch__.py"}) {
        auto items = torch_items(good());
        items.push_back({name, "x"});
        EXPECT_THAT(refused(zip_bytes(items), ErrorCode::kUnsupported).message, HasSubstr("program"));
    }
}

TEST_F(TorchFile, Row41TwoPicklesOrNone) {
    auto items = torch_items(good());
    items.push_back({"archive/sub/data.pkl", good()});
    EXPECT_THAT(refused(zip_bytes(items)).message, HasSubstr("more than one data.pkl"));
    items = torch_items(good());
    items.erase(items.begin());
    EXPECT_THAT(refused(zip_bytes(items)).message, HasSubstr("without data.pkl"));
}

TEST_F(TorchFile, Row46OpenedByContentWhateverTheName) {
    const std::string safetensors = test::safetensors_bytes("{" + test::entry("w", 1, 0) + "}", "abcd");
    const std::vector<std::pair<std::string, std::string_view>> contents{
        {torch_bytes(good()), "torch zip"}, {safetensors, "safetensors"}, {test::gguf_bytes(), "GGUF"}};
    for (const auto& [bytes, container] : contents) {
        for (const char* name : {"m.safetensors", "m.pth", "m.gguf", "m"}) {
            const auto opened = Checkpoint::open(folder_.write(name, bytes));
            ASSERT_TRUE(opened.ok()) << name << opened.error().message;
            EXPECT_EQ((*opened)->container(), container) << name;
        }
    }
}

TEST_F(TorchFile, Row22ChangedWhileOpen) {
    const auto file = folder_.write("m.pth", torch_bytes(good()));
    const auto opened = Checkpoint::open(file);
    ASSERT_TRUE(opened.ok());
    fs::last_write_time(file, fs::last_write_time(file) + std::chrono::seconds(3));
    EXPECT_EQ((*opened)->verify_unchanged().error().code, ErrorCode::kIo);
    EXPECT_EQ(require_finite(**opened, *(*opened)->find("w")).error().code, ErrorCode::kIo);
}

}  // namespace
}  // namespace studio::io

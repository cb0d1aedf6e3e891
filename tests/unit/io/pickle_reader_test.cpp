#include "io/pickle_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "io/state_dict.h"
#include "support/torch_bytes.h"

namespace studio::io {
namespace {

using namespace test::pickle;  // the words of the stream
using testing::AllOf;
using testing::HasSubstr;

Result<PickleValues> read(const std::string& bytes, const PickleLimits& limits = {}) {
    return read_pickle(std::as_bytes(std::span(bytes)), "m.pth", limits);
}

Error refused(const std::string& bytes, ErrorCode code = ErrorCode::kCorruptFile, const PickleLimits& limits = {}) {
    const auto result = read(bytes, limits);
    EXPECT_FALSE(result.ok());
    if (result.ok()) return {};
    EXPECT_EQ(result.error().code, code) << result.error().message;
    EXPECT_EQ(result.error().file, "m.pth");
    EXPECT_FALSE(result.error().field.empty());
    EXPECT_FALSE(result.error().fix.empty());
    return result.error();
}

/// A tensor whose pieces are chosen one by one.
std::string tensor_of(const std::string& arguments) {
    return name("torch._utils", "_rebuild_tensor_v2") + tuple(arguments) + "R";
}

TEST(PickleReader, ReadsADictOfTensors) {
    const std::string bytes = good();
    const auto values = read(bytes);
    ASSERT_TRUE(values.ok()) << values.error().message;
    ASSERT_EQ(values->tensors.size(), 1u);
    EXPECT_EQ(values->tensors[0].shape, (std::vector<std::int64_t>{2, 2}));
    EXPECT_EQ(values->storages[0].key, "0");
    EXPECT_EQ(values->storages[0].elements, 4u);
    EXPECT_EQ(values->root.kind, PickleKind::kDict);
}

TEST(PickleReader, EveryStorageType) {
    const std::vector<std::pair<const char*, DType>> types{
        {"DoubleStorage", DType::kF64},    {"FloatStorage", DType::kF32}, {"HalfStorage", DType::kF16},
        {"BFloat16Storage", DType::kBF16}, {"LongStorage", DType::kI64},  {"IntStorage", DType::kI32},
        {"ShortStorage", DType::kI16},     {"CharStorage", DType::kI8},   {"ByteStorage", DType::kU8},
        {"BoolStorage", DType::kBool}};
    for (const auto& [type, dtype] : types) {
        const std::string bytes = stream(tensor(storage(type, "0", 4)));
        const auto values = read(bytes);
        ASSERT_TRUE(values.ok()) << type;
        EXPECT_EQ(values->storages[0].dtype, dtype);
    }
}

TEST(PickleReader, NumbersOfAllWidths) {
    const std::string bytes =
        stream("(K\xC8M\x60\xEAJ\xFF\xFF\xFF\xFF" + number(1LL << 40) + std::string("\x8a\x01\x85", 3) +
               std::string("\x8a\0", 2) + "G" + std::string(8, '\0') + "N\x88\x89t");
    const auto values = read(bytes);
    ASSERT_TRUE(values.ok()) << values.error().message;
    const PickleValue* const items = values->items(values->root);
    ASSERT_EQ(values->count(values->root), 10u);
    EXPECT_EQ(items[0].number, 200);
    EXPECT_EQ(items[1].number, 60000);
    EXPECT_EQ(items[2].number, -1);
    EXPECT_EQ(items[3].number, 1LL << 40);
    EXPECT_EQ(items[4].number, -123);
    EXPECT_EQ(items[5].number, 0);
    EXPECT_EQ(items[6].kind, PickleKind::kFloat);
    EXPECT_EQ(items[7].kind, PickleKind::kNone);
    EXPECT_EQ(items[8].number, 1);
    EXPECT_EQ(items[9].number, 0);
}

TEST(PickleReader, Row25And26And28NamesOutsideTheList) {
    const std::vector<std::pair<const char*, const char*>> names{{"posix", "system"},
                                                                 {"os", "system"},
                                                                 {"nt", "system"},
                                                                 {"builtins", "eval"},
                                                                 {"builtins", "exec"},
                                                                 {"builtins", "getattr"},
                                                                 {"__builtin__", "eval"},
                                                                 {"torch", "load"},
                                                                 {"torch.serialization", "load"},
                                                                 {"runpy", "_run_code"},
                                                                 {"subprocess", "Popen"},
                                                                 {"uuid", "_load_system_functions"},
                                                                 {"imaplib", "IMAP4_stream"},
                                                                 {"_pyrepl", "x"},
                                                                 {"pickle", "loads"},
                                                                 {"numpy", "load"},
                                                                 {"torch._utils", "_rebuild_tensor"},
                                                                 {"collections", "OrderedDict.fromkeys"},
                                                                 {"collections.abc", "OrderedDict"},
                                                                 {"torch", "FloatStorage.__reduce__"},
                                                                 {"torch", "device"},
                                                                 {"torch.evil", "FloatStorage"},
                                                                 {"torch._utils", "float32"},
                                                                 {"torchx", "FloatStorage"},

                                                                 {"torch", "Size"},
                                                                 {"", ""},
                                                                 {"torch", ""},
                                                                 {"argparse", "Namespace"}};
    for (const auto& [module, what] : names) {
        const Error error = refused(stream(name(module, what) + tuple(text("touch sentinel")) + "R"));
        EXPECT_EQ(error.field, std::string(module) + "." + what);
        EXPECT_THAT(error.message,
                    AllOf(HasSubstr(error.field), HasSubstr("not only weights"), HasSubstr("would run")));
    }
}

TEST(PickleReader, Row25TheFixForInstructions) {
    EXPECT_THAT(refused(stream(name("posix", "system"))).fix, HasSubstr("publisher"));
}

TEST(PickleReader, Row27EvilAfterValidWeights) {
    const std::string weights = dict(text("w") + tensor(storage("FloatStorage", "0", 4)));
    const Error error = refused(kStart + weights + name("os", "system") + tuple(text("x")) + "R0.");
    EXPECT_EQ(error.field, "os.system");
    EXPECT_THAT(refused(good() + name("os", "system") + ".").message, HasSubstr("goes on after its end"));
}

TEST(PickleReader, Row29OtherInstructions) {
    const std::vector<std::pair<std::string, const char*>> instructions{{"\x93", "STACK_GLOBAL"},
                                                                        {std::string("\x82\x01", 2), "EXT1"},
                                                                        {"iposix\nsystem\n", "INST"},
                                                                        {"o", "OBJ"},
                                                                        {"\x81", "NEWOBJ"},
                                                                        {"\x92", "NEWOBJ_EX"},
                                                                        {"P0\n", "PERSID"},
                                                                        {"\x94", "MEMOIZE"},
                                                                        {"\x95" + std::string(8, '\0'), "FRAME"},
                                                                        {"0", "0x30"},
                                                                        {"2", "0x32"},
                                                                        {"I1\n", "0x49"},
                                                                        {"S'x'\n", "0x53"},
                                                                        {"B", "0x42"},
                                                                        {"V1\n", "0x56"}};
    for (const auto& [code, shown] : instructions) {
        const Error error = refused(stream(text("os") + text("system") + code));
        EXPECT_THAT(error.message, AllOf(HasSubstr(shown), HasSubstr("weights do not need")));
        EXPECT_EQ(error.field, "data.pkl");
    }
    // Names from the memo do not become more than text.
    EXPECT_FALSE(read(stream(text("os") + "q" + '\0' + text("system") + "q\x01h" + '\0' + "h\x01\x93")).ok());
}

TEST(PickleReader, Row30ItemsOfWhatIsNoDictAndStateOfWhatIsNoOrderedDict) {
    const std::string one = tensor(storage("FloatStorage", "0", 4));
    EXPECT_THAT(refused(stream(one + text("k") + text("v") + "s")).message, HasSubstr("no dict"));
    EXPECT_THAT(refused(stream("]" + text("k") + text("v") + "s")).message, HasSubstr("no dict"));
    EXPECT_THAT(refused(stream(one + "}b")).message, HasSubstr("state"));
    EXPECT_THAT(refused(stream("}}b")).message, HasSubstr("state"));
    EXPECT_THAT(refused(stream(kHooks + one + "b")).message, HasSubstr("state"));
    EXPECT_THAT(refused(stream(one + text("v") + "a")).message, HasSubstr("no list"));
    EXPECT_THAT(refused(stream("}]" + text("v") + "s")).message, HasSubstr("cannot be one"));
    EXPECT_TRUE(read(stream(kHooks + dict(text("_metadata") + "}") + "b")).ok()) << "torch writes this";
}

TEST(PickleReader, Row32ViewsThatLeaveTheStorage) {
    struct Case {
        View view;
        const char* why;
    };
    const std::int64_t big = std::int64_t{1} << 62;
    const std::vector<Case> cases{{{1, {2, 2}, {2, 1}}, "beyond"},
                                  {{0, {3, 2}, {2, 1}}, "beyond"},
                                  {{0, {2, 2}, {3, 1}}, "beyond"},
                                  {{5, {}, {}}, "beyond"},
                                  {{4, {}, {}}, "beyond"},
                                  {{-1, {2}, {1}}, "offset"},
                                  {{0, {2, 2}, {-2, 1}}, "at least 0"},
                                  {{0, {-2, 2}, {2, 1}}, "at least 0"},
                                  {{0, {big, big}, {1, 1}}, "overflow"},
                                  {{0, {big, 8, 0}, {1, 1, 1}}, "overflow"},
                                  {{0, {3, 2}, {big, 1}}, "overflow"},
                                  {{0, {2}, {1, 1}}, "one stride"},
                                  {{big, {2}, {1}}, "beyond"},
                                  {{0, {1, 1, 1, 1, 1, 1, 1, 1, 1}, {1, 1, 1, 1, 1, 1, 1, 1, 1}}, "dimensions"}};
    for (const Case& c : cases) {
        const Error error = refused(stream(tensor(storage("FloatStorage", "0", 4), c.view)));
        EXPECT_THAT(error.message, HasSubstr(c.why));
    }
    for (const View& fine : {View{0, {2, 2}, {1, 2}}, View{3, {}, {}}, View{0, {4, 0}, {1, 1}}, View{4, {0}, {1}},
                             View{2, {3, 2}, {0, 1}}}) {
        EXPECT_TRUE(read(stream(tensor(storage("FloatStorage", "0", 4), fine))).ok());
    }
}

TEST(PickleReader, Row33TensorsWithoutPlainValues) {
    const std::vector<std::pair<const char*, const char*>> kinds{
        {"torch._utils", "_rebuild_sparse_tensor"},
        {"torch._utils", "_rebuild_qtensor"},
        {"torch._utils", "_rebuild_nested_tensor"},
        {"torch._utils", "_rebuild_meta_tensor_no_storage"},
        {"torch._utils", "_rebuild_wrapper_subclass"},
        {"torchao.dtypes.affine_quantized_tensor", "AffineQuantizedTensor"}};
    for (const auto& [module, what] : kinds) {
        const Error error = refused(stream(name(module, what)), ErrorCode::kUnsupported);
        EXPECT_THAT(error.message, HasSubstr(std::string(module) + "." + what));
        EXPECT_THAT(error.fix, HasSubstr("official file"));
    }
    EXPECT_THAT(refused(stream(tensor(storage("FloatStorage", "0", 4, "meta"))), ErrorCode::kUnsupported).message,
                HasSubstr("meta"));
    const std::string conjugated = tensor_of(storage("FloatStorage", "0", 4) + number(0) + numbers({2}) + numbers({1}) +
                                             "\x89" + kHooks + dict(text("conj") + "\x88"));
    EXPECT_THAT(refused(stream(conjugated), ErrorCode::kUnsupported).message, HasSubstr("extra properties"));
}

TEST(PickleReader, Row33DescriptionsThatAreNotTensors) {
    const std::string s = storage("FloatStorage", "0", 4), shape = numbers({2, 2}), strides = numbers({2, 1});
    for (const std::string& arguments :
         {std::string(), s, text("x") + number(0) + shape + strides + "\x89" + kHooks,
          s + text("0") + shape + strides + "\x89" + kHooks, s + number(0) + "]" + strides + "\x89" + kHooks,
          s + number(0) + shape + strides + "N" + kHooks, s + number(0) + shape + strides + "\x89" + text("hooks"),
          s + number(0) + tuple(text("2")) + strides + "\x89" + kHooks,
          s + number(0) + shape + strides + "\x89" + dict(text("hook") + number(1))}) {
        refused(stream(tensor_of(arguments)));
    }
    refused(stream(name("torch._utils", "_rebuild_parameter") + tuple(text("x") + "\x88" + kHooks) + "R"));
    refused(stream(name("torch._utils", "_rebuild_parameter") + ")R"));
    refused(stream(name("collections", "OrderedDict") + tuple("]") + "R"));
    refused(stream(text("x") + ")R"));
    refused(stream(name("torch", "FloatStorage") + ")R"));
    refused(stream(name("collections", "OrderedDict") + "NR"));
}

TEST(PickleReader, StorageIdsThatAreNone) {
    const auto id = [](const std::string& items) { return stream(tuple(items) + "Q"); };
    const std::string type = name("torch", "FloatStorage");
    refused(stream(text("x") + "Q"));
    refused(id(text("module") + type + text("0") + text("cpu") + number(4)));
    refused(id(text("storage") + text("FloatStorage") + text("0") + text("cpu") + number(4)));
    refused(id(text("storage") + type + number(0) + text("cpu") + number(4)));
    refused(id(text("storage") + type + text("0") + number(0) + number(4)));
    refused(id(text("storage") + type + text("0") + text("cpu") + number(-4)));
    refused(id(text("storage") + type + text("0") + text("cpu") + text("4")));
    refused(id(text("storage") + type + text("0") + text("cpu")));
    for (const char* key : {"", "../0", "/0", "0/1", "a.b", "0\n", "a\\b"}) {
        EXPECT_THAT(refused(id(text("storage") + type + text(key) + text("cpu") + number(4))).message,
                    HasSubstr("key"));
    }
}

TEST(PickleReader, Row34Bombs) {
    const auto start = std::chrono::steady_clock::now();
    EXPECT_THAT(refused(kStart + std::string(5'000'000, '(')).message, HasSubstr("piles up"));
    EXPECT_THAT(refused(kStart + std::string(5'000'000, '}')).message, HasSubstr("piles up"));
    EXPECT_THAT(refused(kStart + "N" + std::string(5'000'000, '\x85')).message, HasSubstr("instructions"));
    std::string memo = kStart + "}";
    for (int i = 0; i < 3'000'000; ++i)
        memo += "q" + std::string(1, '\0');
    EXPECT_THAT(refused(memo).message, HasSubstr("instructions"));
    EXPECT_THAT(refused(kStart + "}r\xFF\xFF\xFF\x7F.").message, HasSubstr("too large"));
    EXPECT_THAT(refused(kStart + "}r\xFF\xFF\x0F" + '\0' + ".").message, HasSubstr("too large"));
    EXPECT_THAT(refused(kStart + "}r" + std::string("\0\0\x0E\0", 4) + ".").message, HasSubstr("too large"))
        << "below the limit, but far beyond what a stream of this length can have kept";
    std::string containers = kStart + "]";
    for (int i = 0; i < 1'500'000; ++i)
        containers += "]a";
    EXPECT_FALSE(read(containers).ok());
    std::string tensors =
        kStart + "]" + name("torch._utils", "_rebuild_tensor_v2") + "q" + '\0' +
        tuple(storage("FloatStorage", "0", 4) + number(0) + numbers({2}) + numbers({1}) + "\x89" + kHooks) +
        "q\x01R\x86";
    for (int i = 0; i < 90'000; ++i)
        tensors += std::string("]h\0h\x01Ra\x86", 8);
    EXPECT_THAT(refused(tensors).message, HasSubstr("65536"));
    EXPECT_THAT(refused(std::string(70'000'000, 'N')).message, HasSubstr("at most"));
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20)) << "all of them together";
}

TEST(PickleReader, Row34OneDictInManyPlacesIsLookedAtOnce) {
    // 45,000 names for a dict of 45,000 names for a third dict: two billion ways to it.
    const auto many = [](const char* value) {
        std::string items;
        for (int i = 0; i < 45'000; ++i)
            items += text(std::to_string(i)) + value;
        return dict(items);
    };
    const std::string bytes = stream("(" + dict(text("x") + "N") + "q\1" + many("h\1") + "q\2" + many("h\2") + "t");
    auto values = read(bytes);
    ASSERT_TRUE(values.ok()) << values.error().message;
    values->root = values->items(values->root)[2];
    const auto start = std::chrono::steady_clock::now();
    const auto found = find_state_dict(*values, "m.pth");
    ASSERT_FALSE(found.ok());
    EXPECT_THAT(found.error().message, HasSubstr("no tensors"));
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST(PickleReader, Row35CutAnywhere) {
    const std::string bytes = good();
    for (std::size_t n = 1; n < bytes.size(); ++n)
        EXPECT_THAT(refused(bytes.substr(0, n)).message, testing::AnyOf(HasSubstr("truncated"), HasSubstr("left over")))
            << n;
    EXPECT_THAT(refused("").message, HasSubstr("truncated"));
}

TEST(PickleReader, Row36OtherProtocols) {
    for (const char version : {'\0', '\x01', '\x04', '\x05', '\x7f'}) {
        EXPECT_THAT(refused(std::string("\x80") + version + "}.").message, HasSubstr("protocol"));
    }
    EXPECT_TRUE(read(std::string("\x80\x03}.", 4)).ok());
    EXPECT_THAT(refused("(dp0\n.").message, HasSubstr("does not begin"));
    EXPECT_THAT(refused(kStart + kStart + "}.").message, HasSubstr("twice"));
}

TEST(PickleReader, ValuesThatAreNotThere) {
    for (const char* code :
         {"R", "Q", "b", "s", "u", "a", "e", "t", "\x85", "\x86", "\x87", "(q\x01", "}(s", "]q\x01(h\x02", "N(\x85"}) {
        refused(kStart + std::string(code) + ".");
    }
    EXPECT_THAT(refused(kStart + "NN.").message, HasSubstr("left over"));
    EXPECT_THAT(refused(kStart + "(N.").message, HasSubstr("left over"));
    EXPECT_THAT(refused(kStart + ".").message, HasSubstr("left over"));
    EXPECT_THAT(refused(stream("}(" + text("k") + "u")).message, HasSubstr("no dict"));
    EXPECT_THAT(refused(stream(std::string("\x8a\x09", 2) + std::string(9, '\0'))).message, HasSubstr("64 bits"));
}

}  // namespace
}  // namespace studio::io

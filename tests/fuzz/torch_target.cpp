// The torch reader. An input that begins as a pickle is also tried inside a sound archive, since in a mutated archive
// the checksum stops the pickle from being read at all.
#include <span>

#include "fuzz/checkpoint_promises.h"
#include "io/pickle_reader.h"
#include "io/torch_file.h"
#include "support/torch_bytes.h"

namespace studio::fuzz {
namespace {

void run_file(const std::string_view input) {
    const auto bytes = std::as_bytes(std::span(input));
    const auto file = io::parse_torch_file(bytes, "input");
    if (!file.ok()) return require_complete(file.error());
    require(!file->tensors.empty(), "a torch file has tensors");
    require_readable(bytes, file->tensors);
}

}  // namespace

void run_one(std::string_view input) {
    run_file(input);
    if (!input.starts_with("\x80")) return;
    const auto values = io::read_pickle(std::as_bytes(std::span(input)), "input");
    if (!values.ok()) require_complete(values.error());
    run_file(test::torch_bytes(std::string(input)));
}

std::vector<std::string> seeds() {
    using namespace test::pickle;
    const std::string one = tensor(storage("FloatStorage", "0", 4)), weights = dict(text("w") + one);
    const std::string view = tensor(storage("HalfStorage", "0", 8), {1, {2, 3}, {1, 2}});
    std::vector<std::string> out{
        good(),
        stream(weights + "q" + '\0'),
        stream(dict(text("state_dict") + weights + text("n") + number(7))),
        stream(dict(text("a") + view + text("b") + tensor(storage("BoolStorage", "0", 16), {3, {}, {}}))),
        stream(dict(text("e") + tensor(storage("FloatStorage", "0", 4), {0, {5, 4}, {0, 1}}))),
        stream(kHooks + "q" + '\0' + "(" + text("w") + one + "u" + dict(text("_metadata") + "}") + "b"),
        stream(name("torch._utils", "_rebuild_parameter") + tuple(one + "\x88" + kHooks) + "R"),
        stream(dict(text("l") + "](" + number(1) + "NG" + std::string(8, 'x') + "e" + text("w") + one)),
        stream(name("posix", "system") + tuple(text("true")) + "R")};
    const std::size_t pickles = out.size();
    for (std::size_t i = 0; i < pickles; ++i)
        out.push_back(test::torch_bytes(out[i]));
    auto items = test::torch_items(good());
    for (auto& item : items)
        item.flags = 8 | 1 << 11;
    out.push_back(test::zip_bytes(items, {.is_wide = true}));
    for (auto& item : items)
        item.is_wide = true;
    out.push_back(test::zip_bytes(items, {.is_wide = true}));
    return out;
}

std::vector<std::string> words() {
    using namespace test::pickle;
    std::vector<std::string> out{"(",
                                 "t",
                                 "}",
                                 "]",
                                 ")",
                                 "u",
                                 "s",
                                 "a",
                                 "e",
                                 "R",
                                 "b",
                                 "Q",
                                 "N",
                                 "\x88",
                                 "\x89",
                                 "\x85",
                                 "\x86",
                                 "\x87",
                                 std::string("h\0", 2),
                                 std::string("q\0", 2),
                                 "h\x01",
                                 "q\x01",
                                 ".",
                                 kStart,
                                 kHooks,
                                 storage("FloatStorage", "0", 4),
                                 storage("DoubleStorage", "0", 2),
                                 numbers({2, 2}),
                                 numbers({0}),
                                 numbers({}),
                                 number(-1),
                                 number(1LL << 62),
                                 text("w"),
                                 name("torch._utils", "_rebuild_tensor_v2"),
                                 tensor(storage("ByteStorage", "0", 16), {0, {16}, {1}}),
                                 "PK\x01\x02",
                                 "PK\x03\x04",
                                 "PK\x05\x06",
                                 "PK\x06\x06",
                                 "PK\x06\x07",
                                 "PK\x07\x08",
                                 "archive/",
                                 "data.pkl",
                                 "../",
                                 std::string(4, '\xFF'),
                                 std::string(8, '\0')};
    return out;
}

/// The end of a pickle.
void repair(std::string& input) {
    if (input.starts_with("\x80") && !input.ends_with('.')) input += '.';
}

}  // namespace studio::fuzz

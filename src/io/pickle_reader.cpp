#include "io/pickle_reader.h"

#include <fmt/format.h>

#include "core/text.h"
#include "io/byte_reader.h"
#include "io/pickle_names.h"
#include "io/pickle_tensor.h"

namespace studio::io {
namespace {

constexpr const char* kAgain = "Download the file again; if that does not help, use its .safetensors version.";
using Kind = PickleKind;

class Machine {
  public:
    Machine(std::span<const std::byte> pickle, const std::string& file, const PickleLimits& limits)
        : in_(pickle), file_(file), limits_(limits) {
        values_.pickle = as_text(pickle);
    }

    Result<PickleValues> run() {
        if (values_.pickle.size() > limits_.bytes) {
            return corrupt(
                fmt::format("its description has {} bytes; at most {} are read", values_.pickle.size(), limits_.bytes));
        }
        for (std::size_t i = 0; i < limits_.operations; ++i) {
            at_ = in_.position();
            const auto code = static_cast<char>(in_.read<std::uint8_t>());
            if (in_.failed()) return truncated();
            if (i == 0 && code != '\x80') return corrupt("it does not begin as a pickle of torch.save does");
            if (code == '.') return stop();
            if (!step(code)) return error_ ? std::move(*error_) : truncated();
            if (stack_.size() > limits_.stack || marks_.size() > limits_.stack) {
                return corrupt(fmt::format("it piles up more than {} values", limits_.stack));
            }
        }
        return corrupt(fmt::format("it has more than {} instructions", limits_.operations));
    }

  private:
    // ---- errors. A step that fails leaves one in error_ and gives false; without one the stream ended too early.

    Error corrupt(const std::string& why, ErrorCode code = ErrorCode::kCorruptFile) const {
        return {code,   fmt::format("{}: data.pkl: {} (byte {}).", escape_for_display(file_, 1000), why, at_),
                file_,  "data.pkl",
                kAgain, {}};
    }
    Error truncated() const { return corrupt("it is truncated: an instruction or the end mark is missing"); }
    bool fail(const std::string& why) {
        error_ = corrupt(why);
        return false;
    }

    Result<PickleValues> stop() {
        if (stack_.size() != 1 || !marks_.empty()) return corrupt("it ends with values left over");
        if (in_.left() != 0) return corrupt("it goes on after its end");
        values_.root = stack_.back();
        return std::move(values_);
    }

    // ---- instructions

    bool step(char code) {
        switch (code) {
            case '\x80':
                return protocol();
            case '(':
                marks_.push_back(stack_.size());
                return true;
            case '}':
                return push_container(Kind::kDict);
            case ']':
                return push_container(Kind::kList);
            case ')':
                return push_tuple(0);
            case 't': {
                std::size_t count = 0;
                return take_mark(count) && push_tuple(count);
            }
            case '\x85':
            case '\x86':
            case '\x87':
                return push_tuple(static_cast<std::size_t>(static_cast<unsigned char>(code) - 0x84));
            case 'q':
            case 'r':
            case 'h':
            case 'j':
                return memo(code);
            case 'c':
                return global();
            case 'Q':
                return persistent_id();
            case 'R':
                return reduce();
            case 'b':
                return build();
            case 's':
            case 'u':
                return set_items(code == 'u');
            case 'a':
            case 'e':
                return append(code == 'e');
            default:
                return scalar(code);
        }
    }

    bool protocol() {
        const auto version = in_.read<std::uint8_t>();
        if (in_.failed()) return false;
        if (at_ != 0) return fail("it names its protocol twice");
        return version == 2 || version == 3 ||
               fail(fmt::format("it uses pickle protocol {}; torch.save writes 2", version));
    }

    bool scalar(char code) {
        switch (code) {
            case 'N':
                return push({Kind::kNone, 0, 0});
            case '\x88':
            case '\x89':
                return push({Kind::kBool, 0, code == '\x88'});
            case 'J':
                return push_number(static_cast<std::int32_t>(in_.read<std::uint32_t>()));
            case 'K':
                return push_number(in_.read<std::uint8_t>());
            case 'M':
                return push_number(in_.read<std::uint16_t>());
            case 'G':
                return !in_.take(8).empty() && push({Kind::kFloat, 0, 0});
            case '\x8a':
                return long_number();
            case 'X':
                return text(in_.read<std::uint32_t>());
            case '\x8c':
                return text(in_.read<std::uint8_t>());
            default:
                return fail(fmt::format("it contains the instruction {}, which weights do not need",
                                        pickle_instruction_name(static_cast<unsigned char>(code))));
        }
    }

    bool long_number() {
        const auto length = in_.read<std::uint8_t>();
        const auto bytes = in_.take(length);
        if (in_.failed()) return false;
        if (length > 8) return fail("a number does not fit in 64 bits");
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < length; ++i)
            value |= std::uint64_t{std::to_integer<std::uint8_t>(bytes[i])} << (8 * i);
        const bool is_negative = length > 0 && (std::to_integer<int>(bytes[length - 1u]) & 0x80) != 0;
        if (is_negative && length < 8) value |= ~std::uint64_t{0} << (8 * length);
        return push_number(static_cast<std::int64_t>(value));
    }

    bool text(std::uint32_t length) {
        const auto at = static_cast<std::int64_t>(in_.position());
        (void)in_.take(length);
        return !in_.failed() && push({Kind::kText, length, at});
    }

    bool push(PickleValue value) {
        stack_.push_back(value);
        return true;
    }
    bool push_number(std::int64_t value) { return !in_.failed() && push({Kind::kInt, 0, value}); }

    bool push_container(Kind kind, bool is_ordered = false) {
        if (values_.lists.size() + values_.dicts.size() >= limits_.containers)
            return fail("it holds too many containers");
        const std::size_t index = kind == Kind::kList ? values_.lists.size() : values_.dicts.size();
        kind == Kind::kList ? void(values_.lists.emplace_back()) : void(values_.dicts.emplace_back());
        return push({kind, is_ordered ? 1u : 0u, static_cast<std::int64_t>(index)});
    }

    /// Values above the last mark, if there are any; none may be taken from below it.
    bool has(std::size_t count) {
        const std::size_t floor = marks_.empty() ? 0 : marks_.back();
        return stack_.size() - floor >= count || fail("it takes more values than there are");
    }

    bool take_mark(std::size_t& count) {
        if (marks_.empty()) return fail("it looks for a mark that was not set");
        count = stack_.size() - marks_.back();
        marks_.pop_back();
        return true;
    }

    bool push_tuple(std::size_t count) {
        if (!has(count)) return false;
        values_.tuples.push_back({values_.tuple_items.size(), count});
        values_.tuple_items.insert(values_.tuple_items.end(), stack_.end() - static_cast<std::ptrdiff_t>(count),
                                   stack_.end());
        stack_.resize(stack_.size() - count);
        return push({Kind::kTuple, 0, static_cast<std::int64_t>(values_.tuples.size() - 1)});
    }

    bool memo(char code) {
        const bool is_wide = code == 'r' || code == 'j';
        const std::size_t slot = is_wide ? in_.read<std::uint32_t>() : in_.read<std::uint8_t>();
        if (in_.failed()) return false;
        if (code == 'h' || code == 'j') {
            return (slot < memo_.size() && is_set_[slot] && push(memo_[slot])) ||
                   fail("it uses a value that it never kept");
        }
        // Slots are numbered as they come; a number far beyond what was read only asks for memory.
        if (slot >= limits_.memo || slot > at_) return fail("it keeps a value under a number that is too large");
        if (!has(1)) return false;
        if (slot >= memo_.size()) {
            memo_.resize(slot + 1);
            is_set_.resize(slot + 1);
        }
        memo_[slot] = stack_.back();
        is_set_[slot] = true;
        return true;
    }

    bool line(std::string_view& out) {
        const std::string_view rest = values_.pickle.substr(static_cast<std::size_t>(in_.position()));
        const std::size_t end = rest.substr(0, 300).find('\n');
        if (end == rest.npos)
            return rest.size() < 300 ? (in_.seek(values_.pickle.size() + 1), false) : fail("a name is too long");
        out = rest.substr(0, end);
        in_.seek(in_.position() + end + 1);
        return true;
    }

    bool global() {
        std::string_view module, name;
        if (!line(module) || !line(name)) return false;
        if (const auto known = known_pickle_name(module, name)) return push(*known);
        error_ = unknown_pickle_name(file_, module, name);
        return false;
    }

    bool accept(PickleMade made) {
        if (values_.storages.size() > limits_.tensors || values_.tensors.size() > limits_.tensors) {
            return fail(fmt::format("it describes more than {} tensors", limits_.tensors));
        }
        if (made.reason.empty()) return push(made.value);
        error_ = corrupt(made.reason, made.is_unsupported ? ErrorCode::kUnsupported : ErrorCode::kCorruptFile);
        return false;
    }

    PickleValue pop() {
        const PickleValue value = stack_.back();
        stack_.pop_back();
        return value;
    }

    bool persistent_id() { return has(1) && accept(make_pickle_storage(values_, pop())); }

    bool reduce() {
        if (!has(2)) return false;
        const PickleValue arguments = pop(), function = pop();
        if (function.kind != Kind::kFunction || arguments.kind != Kind::kTuple)
            return fail("it calls what is no function");
        switch (static_cast<PickleFunction>(function.number)) {
            case PickleFunction::kOrderedDict:
                return values_.count(arguments) == 0 ? push_container(Kind::kDict, true)
                                                     : fail("an OrderedDict is made from values");
            case PickleFunction::kRebuildTensor:
                return accept(make_pickle_tensor(values_, arguments, limits_.dims));
            case PickleFunction::kRebuildParameter:
                return accept(make_pickle_parameter(values_, arguments));
        }
        return fail("it calls what is no function");
    }

    /// Only the attributes that torch puts on a state dict (its version numbers); they are not kept.
    bool build() {
        if (!has(2)) return false;
        const PickleValue state = pop(), target = stack_.back();
        return (target.kind == Kind::kDict && target.length == 1 && state.kind == Kind::kDict) ||
               fail("it sets the state of something that is no OrderedDict");
    }

    bool set_items(bool is_several) {
        std::size_t count = 2;
        if (is_several && !take_mark(count)) return false;
        if (!has(count + 1)) return false;
        const PickleValue target = stack_[stack_.size() - count - 1];
        if (target.kind != Kind::kDict || count % 2 != 0) return fail("it sets items of something that is no dict");
        auto& dict = values_.dicts[target.index()];
        for (std::size_t i = stack_.size() - count; i < stack_.size(); i += 2) {
            const Kind key = stack_[i].kind;
            if (key > Kind::kTuple) return fail("a dict has a key that cannot be one");
            dict.emplace_back(stack_[i], stack_[i + 1]);
        }
        stack_.resize(stack_.size() - count);
        return true;
    }

    bool append(bool is_several) {
        std::size_t count = 1;
        if (is_several && !take_mark(count)) return false;
        if (!has(count + 1)) return false;
        const PickleValue target = stack_[stack_.size() - count - 1];
        if (target.kind != Kind::kList) return fail("it appends to something that is no list");
        auto& list = values_.lists[target.index()];
        list.insert(list.end(), stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end());
        stack_.resize(stack_.size() - count);
        return true;
    }

    ByteReader in_;
    const std::string& file_;
    const PickleLimits& limits_;
    PickleValues values_;
    std::vector<PickleValue> stack_, memo_;
    std::vector<bool> is_set_;
    std::vector<std::size_t> marks_;  // heights of the stack
    std::uint64_t at_ = 0;            // of the instruction being run
    std::optional<Error> error_;
};

}  // namespace

Result<PickleValues> read_pickle(std::span<const std::byte> pickle, const std::string& file,
                                 const PickleLimits& limits) {
    return Machine(pickle, file, limits).run();
}

}  // namespace studio::io

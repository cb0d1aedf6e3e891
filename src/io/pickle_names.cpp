#include "io/pickle_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/text.h"

namespace studio::io {
namespace {

struct StorageName {
    std::string_view name;
    DType dtype;
};
constexpr std::array<StorageName, 10> kStorages{{{"DoubleStorage", DType::kF64},
                                                 {"FloatStorage", DType::kF32},
                                                 {"HalfStorage", DType::kF16},
                                                 {"BFloat16Storage", DType::kBF16},
                                                 {"LongStorage", DType::kI64},
                                                 {"IntStorage", DType::kI32},
                                                 {"ShortStorage", DType::kI16},
                                                 {"CharStorage", DType::kI8},
                                                 {"ByteStorage", DType::kU8},
                                                 {"BoolStorage", DType::kBool}}};

constexpr std::array<std::string_view, 16> kDtypes{"float64",  "double", "float32", "float", "float16", "half",
                                                   "bfloat16", "int64",  "long",    "int32", "int",     "int16",
                                                   "short",    "int8",   "uint8",   "bool"};

/// Tensors without plain values behind them.
constexpr std::array<std::string_view, 8> kOtherTensors{
    "_rebuild_sparse_tensor", "_rebuild_sparse_csr_tensor",      "_rebuild_qtensor",          "_rebuild_nested_tensor",
    "_rebuild_meta_tensor",   "_rebuild_meta_tensor_no_storage", "_rebuild_wrapper_subclass", "_rebuild_tensor_v3"};

PickleValue named(PickleKind kind, std::int64_t number) {
    return {kind, 0, number};
}

bool is_part_of(std::string_view module, std::string_view package) {
    return module == package || (module.starts_with(package) && module[package.size()] == '.');
}

}  // namespace

std::optional<PickleValue> known_pickle_name(std::string_view module, std::string_view name) noexcept {
    const auto function = [](PickleFunction which) {
        return named(PickleKind::kFunction, static_cast<std::int64_t>(which));
    };
    if (module == "collections" && name == "OrderedDict") return function(PickleFunction::kOrderedDict);
    if (module == "torch._utils" && name == "_rebuild_tensor_v2") return function(PickleFunction::kRebuildTensor);
    if (module == "torch._utils" && name == "_rebuild_parameter") return function(PickleFunction::kRebuildParameter);
    if (module != "torch") return std::nullopt;
    for (const StorageName& storage : kStorages) {
        if (storage.name == name) return named(PickleKind::kStorageType, static_cast<std::int64_t>(storage.dtype));
    }
    if (std::find(kDtypes.begin(), kDtypes.end(), name) != kDtypes.end()) return named(PickleKind::kDtype, 0);
    return std::nullopt;
}

Error unknown_pickle_name(const std::string& file, std::string_view module, std::string_view name) {
    const std::string full = escape_for_display(std::string(module) + "." + std::string(name));
    const std::string shown = escape_for_display(file, 1000);
    const bool is_other_tensor = (module == "torch._utils" &&
                                  std::find(kOtherTensors.begin(), kOtherTensors.end(), name) != kOtherTensors.end()) ||
                                 is_part_of(module, "torchao") || is_part_of(module, "torch.sparse") ||
                                 is_part_of(module, "torch.nested");
    if (is_other_tensor) {
        return {ErrorCode::kUnsupported,
                fmt::format(
                    "{} holds tensors of a special kind ({}: sparse, quantised by torch, without data, or a class of "
                    "its own), which have no plain values to read.",
                    shown, full),
                file,
                full,
                "Use the official file of this model with ordinary weights, best its .safetensors version.",
                {}};
    }
    if (is_part_of(module, "torch") || is_part_of(module, "numpy") || module == "argparse" ||
        is_part_of(module, "omegaconf")) {
        return {
            ErrorCode::kCorruptFile,
            fmt::format("{} contains Python objects ({}), not only weights: loading it in Python would run that code.",
                        shown, full),
            file,
            full,
            "It is probably a training checkpoint: use the published weights, or save its state_dict alone where you "
            "trust it.",
            {}};
    }
    return {ErrorCode::kCorruptFile,
            fmt::format(
                "{} contains instructions ({}), not only weights: loading it in Python would run that code. Nothing "
                "was run here.",
                shown, full),
            file,
            full,
            "Delete it unless you know who made it; get the model from its publisher, best as .safetensors.",
            {}};
}

std::string pickle_instruction_name(unsigned char code) {
    struct Named {
        unsigned char code;
        const char* name;
    };
    // Those that build objects or look names up, and the frame of newer protocols.
    static constexpr std::array<Named, 11> kNames{{{'i', "INST"},
                                                   {'o', "OBJ"},
                                                   {'P', "PERSID"},
                                                   {0x81, "NEWOBJ"},
                                                   {0x82, "EXT1"},
                                                   {0x83, "EXT2"},
                                                   {0x84, "EXT4"},
                                                   {0x92, "NEWOBJ_EX"},
                                                   {0x93, "STACK_GLOBAL"},
                                                   {0x94, "MEMOIZE"},
                                                   {0x95, "FRAME"}}};
    for (const Named& named : kNames) {
        if (named.code == code) return fmt::format("{} (0x{:02x})", named.name, code);
    }
    return fmt::format("0x{:02x}", code);
}

}  // namespace studio::io

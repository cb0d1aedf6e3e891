// io/pickle_names.h - the names a pickle may use, and what to say about all others.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "io/pickle_values.h"

namespace studio::io {

/// A function, storage type or data type as a value; nothing for every other name.
std::optional<PickleValue> known_pickle_name(std::string_view module, std::string_view name) noexcept;

/// Why the name is not accepted, and what to do instead.
Error unknown_pickle_name(const std::string& file, std::string_view module, std::string_view name);

/// "STACK_GLOBAL (0x93)": the usual name of an instruction that is not accepted.
std::string pickle_instruction_name(unsigned char code);

}  // namespace studio::io

// component/arguments.h - the flags of `component`, before anything is opened.
#pragma once
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "core/json.h"
#include "core/result.h"

namespace studio::component {

struct Arguments {
    std::string name;
    std::optional<std::filesystem::path> model, inputs, outputs;
    Json options = Json::object();
    bool help = false;
};

/// Errors  InvalidArgument naming the flag: unknown, repeated, without value; options that are not a JSON object; an
///         options file that cannot be read (then `file` is set, too).
Result<Arguments> parse_arguments(std::span<const std::string> args);

/// Is the flag there at all? Asked first, because it decides how every other mistake is printed.
bool wants_json_errors(std::span<const std::string> args);

}  // namespace studio::component

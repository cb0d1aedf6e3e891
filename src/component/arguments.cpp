#include "component/arguments.h"

#include <algorithm>
#include <array>

#include "core/files.h"
#include "core/text.h"

namespace studio::component {
namespace {

// A one-megabyte prompt is a legal option; tensors never travel here.
constexpr JsonLimits kOptionLimits{.max_bytes = 16u << 20, .max_depth = 16};
constexpr std::array<std::string_view, 4> kValueFlags{"--model", "--inputs", "--outputs", "--options"};

Error usage(std::string field, std::string message) {
    return invalid_argument(
        std::move(field), std::move(message),
        "Use: component NAME [--model PATH] [--inputs FILE] [--outputs FILE] [--options JSON or @FILE] "
        "[--json-errors].");
}

Result<Json> parse_options(const std::string& value) {
    std::string text = value;
    std::string file;
    if (value.starts_with('@')) {
        file = value.substr(1);
        auto read = read_small_file(path_from_utf8(file), kOptionLimits.max_bytes);
        if (!read.ok()) {
            Error error = usage("--options", "The options file cannot be used: " + read.error().message);
            return error.in_file(file);
        }
        text = std::move(read).value();
    }
    auto json = parse_json(text, file.empty() ? "--options" : file, kOptionLimits);
    if (!json.ok() || !json->is_object()) {
        Error error = invalid_argument("--options",
                                       json.ok() ? "The options are JSON, but not an object."
                                                 : "The options are not valid JSON: " + json.error().message,
                                       "Give one JSON object, for example --options '{\"steps\": 4}'.");
        return error.in_file(file);
    }
    return json;
}

Result<void> store(Arguments& out, const std::string& flag, const std::string& value) {
    if (flag == "--options") {
        STUDIO_TRY(json, parse_options(value));
        out.options = std::move(json);
        return {};
    }
    if (value.empty()) return usage(flag, "The value of " + flag + " is empty.");
    if (invalid_utf8_at(value)) return usage(flag, "The path given to " + flag + " is not valid UTF-8.");
    auto& path = flag == "--model" ? out.model : flag == "--inputs" ? out.inputs : out.outputs;
    path = path_from_utf8(value);
    return {};
}

}  // namespace

bool wants_json_errors(std::span<const std::string> args) {
    return std::find(args.begin(), args.end(), "--json-errors") != args.end();
}

Result<Arguments> parse_arguments(std::span<const std::string> args) {
    Arguments out;
    std::vector<std::string> seen;
    for (std::size_t i = 0; i < args.size(); ++i) {
        const std::string& arg = args[i];
        if (arg == "--json-errors") continue;
        if (arg == "--help" || arg == "-h") {
            out.help = true;
            continue;
        }
        if (!arg.starts_with('-')) {
            if (!out.name.empty())
                return usage(escape_for_display(arg),
                             "One component at a time: " + escape_for_display(arg) + " is too much.");
            if (arg.empty()) return usage("NAME", "The name of the component is empty.");
            out.name = arg;
            continue;
        }
        const std::size_t equals = arg.find('=');
        const std::string flag = arg.substr(0, equals);
        if (std::find(kValueFlags.begin(), kValueFlags.end(), flag) == kValueFlags.end())
            return usage(escape_for_display(flag), "Unknown flag " + escape_for_display(flag) + ".");
        if (std::find(seen.begin(), seen.end(), flag) != seen.end()) return usage(flag, flag + " is given twice.");
        seen.push_back(flag);
        if (equals == std::string::npos && i + 1 == args.size()) return usage(flag, flag + " needs a value.");
        STUDIO_TRY_VOID(store(out, flag, equals == std::string::npos ? args[++i] : arg.substr(equals + 1)));
    }
    return out;
}

}  // namespace studio::component

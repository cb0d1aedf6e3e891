// cli/command_line.h - arguments to an Invocation, by CLI11. The only file that includes CLI11.
#pragma once
#include <string>
#include <variant>
#include <vector>

#include "cli/command.h"

namespace studio::cli {

/// Text asked for with --help or --version, to be printed on stdout.
struct HelpText {
    std::string text;
};

struct Parsed {
    const Command* command = nullptr;
    Invocation invocation;
    std::string log_level;  // empty: not given
};

/// Arguments without the program's name, UTF-8. Values are taken as they are: no number is parsed here, so no locale
/// and no library has a say in what "1,5" means. `--` ends the options. Errors   InvalidArgument (exit code 2) naming
/// the option or command, with the nearest known one in `fix`.
std::variant<Parsed, HelpText, Error> parse_command_line(const std::vector<std::string>& arguments);

/// The known word that is closest to `word`, or "" when none is close.   For messages.
std::string closest(std::string_view word, const std::vector<std::string>& known);

}  // namespace studio::cli

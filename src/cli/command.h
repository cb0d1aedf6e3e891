// cli/command.h - a command of turbo-studio-cli as data: its options are declared here, parsed in one place
// (command_line.cpp), and run with what was given.
#pragma once
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace studio::cli {

class Output;

struct OptionSpec {
    std::string flag;        // "--steps"
    std::string value_name;  // "N"; empty: a switch
    std::string help;
    bool is_list = false;  // may be given several times
};

struct PositionalSpec {
    std::string name;  // "FILE"
    std::string help;
    bool is_required = false;
    bool is_many = false;  // takes all the rest; only for the last one
};

/// What stood on the command line.
struct Invocation {
    std::string command;
    std::map<std::string, std::string> values;              // flag -> text; a switch has ""
    std::map<std::string, std::vector<std::string>> lists;  // flag -> texts, of options that may be given several times
    std::vector<std::string> positionals;                   // as many as were given

    bool has(std::string_view flag) const { return values.contains(std::string(flag)); }
    std::vector<std::string> list(std::string_view flag) const {
        const auto found = lists.find(std::string(flag));
        return found == lists.end() ? std::vector<std::string>() : found->second;
    }
    std::optional<std::string> value(std::string_view flag) const {
        const auto found = values.find(std::string(flag));
        return found == values.end() ? std::nullopt : std::optional(found->second);
    }
};

struct Command {
    std::string name;
    std::string summary;  // one line
    std::string footer;   // examples and notes below the options
    std::vector<OptionSpec> options;
    std::vector<PositionalSpec> positionals;
    /// Returns the exit code; an Error that it throws as Failure is printed by main.
    int (*run)(const Invocation& invocation, Output& output) = nullptr;
};

// Exit codes of turbo-studio-cli (`component` has its own 5 for cancelled).
inline constexpr int kDone = 0;
inline constexpr int kUsage = 2;
inline constexpr int kSignalBase = 128;  // + 2 (Ctrl-C), 15 (SIGTERM), 1 (SIGHUP)
inline constexpr int kInternal = 70;

}  // namespace studio::cli

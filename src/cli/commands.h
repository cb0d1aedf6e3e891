// cli/commands.h - every command, in the order of --help. To add one: a file with its function, a line here and in
// commands.cpp.
#pragma once
#include <span>

#include "cli/command.h"

namespace studio::cli {

Command generate_command();
Command decode_command();
Command models_command();
Command inspect_command();
Command export_command();
Command doctor_command();
Command bench_command();
Command settings_command();
Command presets_command();

std::span<const Command> all_commands();
/// `component` takes its arguments as they are: they are defined by the component module, not here.
inline constexpr std::string_view kComponent = "component";

}  // namespace studio::cli

// cli/program.h - the whole program behind main(): parse, run, print what went wrong. Never throws.
#pragma once
#include <string>
#include <vector>

namespace studio::cli {

/// Returns the exit code.
int run_program(const std::vector<std::string>& arguments);

}  // namespace studio::cli

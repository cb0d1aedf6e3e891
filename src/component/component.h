// component/component.h - `component NAME ...`: one part of the engine alone, on tensors from a file.
// The contract (options, tensors, exit codes, error fields) is the command line's documentation of `component`.
#pragma once
#include <iosfwd>
#include <span>
#include <stop_token>
#include <string>

namespace studio {

/// Run one component with the code that a real generation runs.
///
/// args     Everything after the word "component": NAME, --model PATH, --inputs FILE, --outputs FILE, --options JSON or
///          @FILE, --json-errors, --help.
/// out      Only the component's JSON (UTF-8), or nothing.   err  one message per failure, one JSON line with
/// --json-errors. Returns  the exit code: 0 done, 2 usage, 3 input or model, 4 memory, 5 cancelled, 70 internal. Never
/// throws. Files    --outputs appears only after success.   Threads  the calling thread owns every tensor.
int run_component(std::span<const std::string> args, std::ostream& out, std::ostream& err, std::stop_token stop = {});

}  // namespace studio

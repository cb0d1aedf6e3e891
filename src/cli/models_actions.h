// cli/models_actions.h - the actions of `models` that change something on disk, one function each.
#pragma once
#include "cli/command.h"
#include "cli/output.h"

namespace studio::cli {

int models_add(const Invocation& invocation, Output& output);
int models_remove(const Invocation& invocation, Output& output);
int models_download(const Invocation& invocation, Output& output);
int models_verify(const Invocation& invocation, Output& output);
int models_convert(const Invocation& invocation, Output& output);

/// Error on stdout as JSON if asked for, always on stderr; returns the exit code (130 and its kin for a cancelled
/// action).
int models_fail(const Error& error, const Invocation& invocation, Output& output);

}  // namespace studio::cli

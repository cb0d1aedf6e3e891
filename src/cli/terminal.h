// cli/terminal.h - the console: what is a terminal, how wide, and how a closed pipe shows.
// terminal_{posix,windows}.cpp.
#pragma once

namespace studio::cli::terminal {

/// Once at start: a reader that closes the pipe must give a failed write, never a signal; UTF-8 on a Windows console.
void prepare();
/// Can stderr be redrawn in place?  False with TERM=dumb.
bool is_stderr_live();
int stderr_width();  // columns, at least 20
/// errno of a failed write to stdout: has the reader gone?
bool is_closed_pipe(int error_number);

}  // namespace studio::cli::terminal

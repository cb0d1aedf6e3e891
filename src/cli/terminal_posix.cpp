#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string_view>

#include "cli/terminal.h"

namespace studio::cli::terminal {

void prepare() {
    std::signal(SIGPIPE, SIG_IGN);
}

bool is_stderr_live() {
    const char* const term = std::getenv("TERM");
    return ::isatty(STDERR_FILENO) == 1 && term != nullptr && std::string_view(term) != "dumb";
}

int stderr_width() {
    winsize size{};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return std::max<int>(20, size.ws_col);
}

bool is_closed_pipe(int error_number) {
    return error_number == EPIPE || error_number == ECONNRESET;
}

}  // namespace studio::cli::terminal

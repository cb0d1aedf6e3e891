#include <fcntl.h>
#include <io.h>
#include <windows.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "cli/terminal.h"

namespace studio::cli::terminal {

void prepare() {
    ::SetConsoleOutputCP(CP_UTF8);
    ::_setmode(::_fileno(stdout), _O_BINARY);  // JSON lines end in \n on every system
    ::_setmode(::_fileno(stdin), _O_BINARY);
    const HANDLE console = ::GetStdHandle(STD_ERROR_HANDLE);
    DWORD mode = 0;
    if (::GetConsoleMode(console, &mode)) ::SetConsoleMode(console, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING);
}

bool is_stderr_live() {
    DWORD mode = 0;
    return ::GetConsoleMode(::GetStdHandle(STD_ERROR_HANDLE), &mode) &&
           (mode & ENABLE_VIRTUAL_TERMINAL_PROCESSING) != 0;
}

int stderr_width() {
    CONSOLE_SCREEN_BUFFER_INFO info{};
    if (!::GetConsoleScreenBufferInfo(::GetStdHandle(STD_ERROR_HANDLE), &info)) return 80;
    return std::max(20, info.srWindow.Right - info.srWindow.Left + 1);
}

bool is_closed_pipe(int error_number) {
    return error_number == EPIPE || error_number == EINVAL;  // the C library reports ERROR_NO_DATA as EINVAL
}

}  // namespace studio::cli::terminal

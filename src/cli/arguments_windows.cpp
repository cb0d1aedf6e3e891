#include <windows.h>
// clang-format off: shellapi.h needs windows.h before it
#include <shellapi.h>
// clang-format on

#include "cli/arguments.h"

namespace studio::cli {

// argv is in the code page of the system and has already lost what that cannot write.
std::vector<std::string> utf8_arguments(int, char**) {
    std::vector<std::string> arguments;
    int count = 0;
    wchar_t** const words = ::CommandLineToArgvW(::GetCommandLineW(), &count);
    if (words == nullptr) return arguments;
    for (int i = 1; i < count; ++i) {
        const int bytes = ::WideCharToMultiByte(CP_UTF8, 0, words[i], -1, nullptr, 0, nullptr, nullptr);
        std::string text(bytes > 0 ? static_cast<std::size_t>(bytes) : 1, '\0');
        if (bytes > 0) ::WideCharToMultiByte(CP_UTF8, 0, words[i], -1, text.data(), bytes, nullptr, nullptr);
        text.pop_back();
        arguments.push_back(std::move(text));
    }
    ::LocalFree(words);
    return arguments;
}

}  // namespace studio::cli

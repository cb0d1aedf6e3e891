// tests/support/environment.h - variables of the process for tests, on every platform.
#pragma once
#include <cstdlib>
#include <string>

namespace studio {

/// Set a variable; an empty value removes it.
inline void set_environment(const char* name, const std::string& value) {
#ifdef _WIN32
    _putenv_s(name, value.c_str());
#else
    value.empty() ? unsetenv(name) : setenv(name, value.c_str(), 1);
#endif
}

}  // namespace studio

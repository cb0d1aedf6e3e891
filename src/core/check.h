// core/check.h - programmer errors: logged with their place, then thrown, so that one job fails and the window lives.
#pragma once
#include <source_location>
#include <string>

namespace studio {
/// Throws Failure with code Internal. Never used for anything that a file, a user or a device can cause.
[[noreturn]] void check_failed(const char* condition, const std::string& message,
                               std::source_location where = std::source_location::current());
}  // namespace studio

#define STUDIO_CHECK(condition, message)                                 \
    do {                                                                 \
        if (!(condition)) ::studio::check_failed(#condition, (message)); \
    } while (false)

// app/error_text.h - the one place where an Error becomes text for people.
#pragma once
#include <string>

#include "core/error.h"

namespace studio {

struct ErrorText {
    std::string title;    // "The model cannot be used"
    std::string what;     // what happened, with the file named
    std::string to_do;    // what helps
    std::string details;  // code, field and context, for the log and "Copy details"
};

/// Never empty in title, what and to_do. Control characters of file names are escaped.
ErrorText error_text(const Error& error);
/// All of it on a few lines, for a terminal.
std::string to_lines(const ErrorText& text);

}  // namespace studio

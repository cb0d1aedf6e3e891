#include "app/error_text.h"

#include <fmt/format.h>

#include "core/text.h"

namespace studio {
namespace {

const char* title_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::kInvalidArgument:
            return "A setting does not work";
        case ErrorCode::kNotFound:
            return "Something is missing";
        case ErrorCode::kUnsupported:
            return "This cannot be used";
        case ErrorCode::kCorruptFile:
            return "A file is damaged";
        case ErrorCode::kIo:
            return "Reading or writing failed";
        case ErrorCode::kOutOfMemory:
            return "Not enough memory";
        case ErrorCode::kDeviceUnavailable:
            return "The device cannot be used";
        case ErrorCode::kDeviceFailure:
            return "The device failed";
        case ErrorCode::kCancelled:
            return "Cancelled";
        case ErrorCode::kInternal:
            return "A mistake in the program";
    }
    return "Something went wrong";
}

const char* fallback_fix(ErrorCode code) {
    return code == ErrorCode::kInternal ? "Please report this with the details; the program goes on working."
                                        : "Check the settings and try again.";
}

}  // namespace

ErrorText error_text(const Error& error) {
    constexpr std::size_t kMaxText = 2000;
    ErrorText text;
    text.title = title_of(error.code);
    text.what = error.message.empty() ? "No reason was given." : escape_for_display(error.message, kMaxText);
    // Messages often name their file themselves; twice helps nobody.
    if (!error.file.empty() && error.message.find(error.file) == std::string::npos)
        text.what += fmt::format("\nFile: {}", escape_for_display(error.file, kMaxText));
    text.to_do = error.fix.empty() ? fallback_fix(error.code) : escape_for_display(error.fix, kMaxText);
    text.details = fmt::format("code: {}", to_string(error.code));
    if (!error.field.empty()) text.details += fmt::format("\nfield: {}", escape_for_display(error.field));
    if (!error.file.empty()) text.details += fmt::format("\nfile: {}", escape_for_display(error.file, kMaxText));
    for (const std::string& step : error.context)
        text.details += fmt::format("\nwhile {}", escape_for_display(step));
    return text;
}

std::string to_lines(const ErrorText& text) {
    return fmt::format("{}: {}\n{}", text.title, text.what, text.to_do);
}

}  // namespace studio

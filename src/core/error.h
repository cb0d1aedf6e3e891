// core/error.h - what went wrong, as a value: code, text, file, field and what to do.
#pragma once
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace studio {

/// Kinds of failure. The names (without the k) are part of the command line's JSON and never change.
enum class ErrorCode {
    kInvalidArgument,  // a value that a user or caller gave
    kNotFound,         // a file, tensor or device that should be there
    kUnsupported,      // understood, but this program does not do it
    kCorruptFile,      // damaged, truncated or hostile content
    kIo,               // the operating system refused to read or write
    kOutOfMemory,
    kDeviceUnavailable,  // no driver, no GPU, plugin missing
    kDeviceFailure,      // the device failed while working; sticky
    kCancelled,
    kInternal,  // a bug of ours
};

/// "CorruptFile" for kCorruptFile, and so on.
std::string_view to_string(ErrorCode code) noexcept;

/// The process exit code of the command line: 2 usage, 3 input or model, 4 memory, 5 cancelled, 70 internal.
int exit_code(ErrorCode code) noexcept;

/// One failure. `message` says what failed and why; `fix` what the user can do. Both are plain sentences without a
/// trailing newline. `file` (UTF-8) and `field` name the part at fault, or are empty.
struct Error {
    ErrorCode code = ErrorCode::kInternal;
    std::string message;
    std::string file;
    std::string field;
    std::string fix;
    std::vector<std::string> context;  // innermost first: what the program was doing

    /// Add an outer "while ..." line and return *this, so that it chains in a return statement.
    Error& while_doing(std::string what) {
        context.push_back(std::move(what));
        return *this;
    }
    /// Name the file if none is named yet.
    Error& in_file(std::string path) {
        if (file.empty()) file = std::move(path);
        return *this;
    }
};

/// The only exception the engine throws itself: an Error on its way to the next module border. ATen throws its own.
class Failure : public std::runtime_error {
  public:
    explicit Failure(Error error) : std::runtime_error(error.message), error_(std::move(error)) {}
    const Error& error() const noexcept { return error_; }

  private:
    Error error_;
};

/// Shorthands for the common shapes.
Error invalid_argument(std::string field, std::string message, std::string fix);
Error corrupt_file(std::string file, std::string field, std::string message, std::string fix);
Error internal_error(std::string message);
Error cancelled();

}  // namespace studio

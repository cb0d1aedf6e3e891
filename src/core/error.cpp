#include "core/error.h"

namespace studio {

std::string_view to_string(ErrorCode code) noexcept {
    switch (code) {
        case ErrorCode::kInvalidArgument:
            return "InvalidArgument";
        case ErrorCode::kNotFound:
            return "NotFound";
        case ErrorCode::kUnsupported:
            return "Unsupported";
        case ErrorCode::kCorruptFile:
            return "CorruptFile";
        case ErrorCode::kIo:
            return "Io";
        case ErrorCode::kOutOfMemory:
            return "OutOfMemory";
        case ErrorCode::kDeviceUnavailable:
            return "DeviceUnavailable";
        case ErrorCode::kDeviceFailure:
            return "DeviceFailure";
        case ErrorCode::kCancelled:
            return "Cancelled";
        case ErrorCode::kInternal:
            return "Internal";
    }
    return "Internal";
}

int exit_code(ErrorCode code) noexcept {
    switch (code) {
        case ErrorCode::kInvalidArgument:
            return 2;
        case ErrorCode::kOutOfMemory:
            return 4;
        case ErrorCode::kCancelled:
            return 5;
        case ErrorCode::kInternal:
            return 70;
        default:
            return 3;
    }
}

Error invalid_argument(std::string field, std::string message, std::string fix) {
    return {ErrorCode::kInvalidArgument, std::move(message), {}, std::move(field), std::move(fix), {}};
}

Error corrupt_file(std::string file, std::string field, std::string message, std::string fix) {
    return {ErrorCode::kCorruptFile, std::move(message), std::move(file), std::move(field), std::move(fix), {}};
}

Error internal_error(std::string message) {
    return {ErrorCode::kInternal,
            std::move(message),
            {},
            {},
            "This is a bug in Turbo Studio; please report it with the log.",
            {}};
}

Error cancelled() {
    return {
        ErrorCode::kCancelled, "Cancelled.", {}, {}, "Start it again whenever you like; nothing was left behind.", {}};
}

}  // namespace studio

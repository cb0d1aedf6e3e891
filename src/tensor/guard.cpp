#include "tensor/guard.h"

#include <new>

#include "core/log.h"
#include "tensor/torch_compat.h"

namespace studio {
namespace {

constexpr const char* kMemoryFix =
    "Close other programs, or choose fewer frames, a smaller size or a smaller model, and try again.";

Error out_of_memory(std::string message) {
    Error error;
    error.code = ErrorCode::kOutOfMemory;
    error.message = std::move(message);
    error.fix = kMemoryFix;
    return error;
}

// ATen appends a C++ backtrace after the first line ("Exception raised from ..."); people get the sentence, the log the
// rest.
std::string first_sentence(const c10::Error& error) {
    std::string text = error.what_without_backtrace();
    for (const char* mark : {"\nException raised from", "\nCUDA kernel errors might"}) {
        if (const auto at = text.find(mark); at != std::string::npos) text.resize(at);
    }
    while (!text.empty() && (text.back() == '\n' || text.back() == ' '))
        text.pop_back();
    return text;
}

// The CPU allocator reports a failed malloc as a plain c10::Error; only its text tells.
bool is_cpu_allocation_failure(const std::string& text) {
    return text.find("DefaultCPUAllocator") != std::string::npos || text.find("not enough memory") != std::string::npos;
}

// oneDNN throws a type of its own without a reason. With the shapes of our networks these fail for want of memory only:
// for generated code, for a scratchpad or for a buffer.
bool is_one_dnn_allocation_failure(std::string_view text) {
    return text.starts_with("could not create a primitive") || text.starts_with("could not create a memory") ||
           text.starts_with("could not execute a primitive");
}

Error from_c10(const c10::Error& error) {
    std::string text = first_sentence(error);
    log::error("LibTorch: {}", text);
    if (is_cpu_allocation_failure(text)) return out_of_memory("The computer ran out of memory: " + text);
    Error result;
    if (text.find("CUDA error") != std::string::npos) {
        result.code = ErrorCode::kDeviceFailure;
        result.message = "The graphics card failed while working: " + text;
        result.fix = "Restart the program; if it happens again, update the driver or compute on the CPU.";
        return result;
    }
    result = internal_error("LibTorch refused an operation: " + (text.empty() ? std::string("no reason given") : text));
    return result;
}

Error complete(Error error) {
    if (error.message.empty()) error.message = "An operation failed without saying why.";
    if (error.fix.empty()) error.fix = "Please report this with the log file; it is a mistake in the program.";
    return error;
}

Error translate_current() {
    try {
        throw;
    } catch (const Failure& failure) {
        return failure.error();
    } catch (const c10::OutOfMemoryError& error) {
        return out_of_memory("The device ran out of memory: " + first_sentence(error));
    } catch (const c10::Error& error) {
        return from_c10(error);
    } catch (const std::bad_alloc&) {
        return out_of_memory("The computer ran out of memory.");
    } catch (const std::exception& error) {
        if (is_one_dnn_allocation_failure(error.what()))
            return out_of_memory(std::string("The computer ran out of memory: oneDNN ") + error.what() + ".");
        return internal_error(error.what());
    } catch (...) {
        return internal_error("An exception of an unknown type was thrown.");
    }
}

}  // namespace

Error error_from_current_exception() noexcept {
    try {
        return complete(translate_current());
    } catch (...) {
        return {};  // not even the message could be allocated; the code says Internal
    }
}

void throw_if_cancelled(const std::stop_token& stop) {
    if (stop.stop_requested()) throw Failure(cancelled());
}

}  // namespace studio

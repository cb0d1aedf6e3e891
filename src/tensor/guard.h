// tensor/guard.h - the only place where exceptions become values: c10 errors, bad_alloc, Failure, anything else.
#pragma once
#include <exception>
#include <stop_token>
#include <type_traits>

#include "core/result.h"

namespace studio {

/// Inside a catch block: the current exception as an Error.
Error error_from_current_exception() noexcept;

template <class F>
auto guard(F&& f) -> Result<std::invoke_result_t<F>> {
    try {
        if constexpr (std::is_void_v<std::invoke_result_t<F>>) {
            f();
            return {};
        } else {
            return f();
        }
    } catch (...) {
        return error_from_current_exception();
    }
}

/// Throws Failure(Cancelled) when stop was requested.
void throw_if_cancelled(const std::stop_token& stop);

}  // namespace studio

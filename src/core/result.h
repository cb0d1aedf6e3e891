// core/result.h - a value or an Error. std::expected is not in GCC 12, and this is all of it that we need.
#pragma once
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "core/error.h"

namespace studio {

template <class T>
class [[nodiscard]] Result {
  public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit by design
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit by design

    bool ok() const noexcept { return state_.index() == 0; }
    explicit operator bool() const noexcept { return ok(); }

    /// Precondition: ok(). Otherwise throws Failure, so that a missed check fails one job and not the process.
    T& value() & { return check(), std::get<0>(state_); }
    const T& value() const& { return check(), std::get<0>(state_); }
    /// By value: a reference into a temporary would not outlive `for (x : f().value())`.
    T value() && { return check(), std::get<0>(std::move(state_)); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    /// Precondition: !ok().
    Error& error() & { return std::get<1>(state_); }
    const Error& error() const& { return std::get<1>(state_); }
    Error&& error() && { return std::get<1>(std::move(state_)); }

  private:
    void check() const {
        if (!ok()) throw Failure(std::get<1>(state_));
    }
    std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
  public:
    Result() = default;
    Result(Error error) : error_(std::move(error)) {}  // NOLINT: implicit by design

    bool ok() const noexcept { return !error_.has_value(); }
    explicit operator bool() const noexcept { return ok(); }
    void value() const {
        if (error_) throw Failure(*error_);
    }
    Error& error() & { return *error_; }
    const Error& error() const& { return *error_; }
    Error&& error() && { return std::move(*error_); }

  private:
    std::optional<Error> error_;
};

}  // namespace studio

// Propagate an error out of the current function; bind the value otherwise.
//   STUDIO_TRY(file, MappedFile::open(path));
#define STUDIO_TRY_CAT2(a, b) a##b
#define STUDIO_TRY_CAT(a, b) STUDIO_TRY_CAT2(a, b)
#define STUDIO_TRY(name, expression)                                        \
    auto STUDIO_TRY_CAT(studio_result_, __LINE__) = (expression);           \
    if (!STUDIO_TRY_CAT(studio_result_, __LINE__).ok())                     \
        return std::move(STUDIO_TRY_CAT(studio_result_, __LINE__)).error(); \
    auto name = std::move(STUDIO_TRY_CAT(studio_result_, __LINE__)).value()
#define STUDIO_TRY_VOID(expression)                                       \
    do {                                                                  \
        auto studio_result = (expression);                                \
        if (!studio_result.ok()) return std::move(studio_result).error(); \
    } while (false)

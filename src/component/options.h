// component/options.h - typed reading of the options object; what was never asked for is refused as unknown.
#pragma once
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"

namespace studio::component {

/// Every reader throws Failure(InvalidArgument) with the option's key as `field` when the type is wrong, the value out
/// of range, or a required option (no default) is missing. `finish` refuses the keys that nobody asked for.
class Options {
  public:
    explicit Options(Json object) : object_(std::move(object)) {}

    /// Given, and not null.
    bool has(std::string_view key);

    bool boolean(std::string_view key, bool otherwise);
    std::int64_t integer(std::string_view key, std::optional<std::int64_t> otherwise, std::int64_t min,
                         std::int64_t max);
    double number(std::string_view key, std::optional<double> otherwise, double min, double max);
    std::string text(std::string_view key, std::optional<std::string> otherwise);
    std::string choice(std::string_view key, std::optional<std::string> otherwise,
                       std::initializer_list<std::string_view> allowed);
    /// A string, or a list of strings.
    std::vector<std::string> texts(std::string_view key, std::optional<std::vector<std::string>> otherwise);

    // For options that default to null.
    std::optional<std::int64_t> optional_integer(std::string_view key, std::int64_t min, std::int64_t max);
    std::optional<double> optional_number(std::string_view key, double min, double max);
    std::optional<std::string> optional_text(std::string_view key);
    /// A nested object with options of its own; call finish() on it, too.
    std::optional<Options> optional_object(std::string_view key);
    /// A list of such objects; empty when absent.
    std::vector<Options> objects(std::string_view key);

    void finish() const;

  private:
    Options(Json object, std::string parent) : object_(std::move(object)), parent_(std::move(parent)) {}
    const Json* find(std::string_view key);
    std::string path_of(std::string_view key) const;
    [[noreturn]] void wrong(std::string_view key, const std::string& must_be) const;

    Json object_;
    std::string parent_;  // "model." for a nested object
    std::set<std::string, std::less<>> known_;
};

}  // namespace studio::component

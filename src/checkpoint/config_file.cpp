#include "checkpoint/config_file.h"

#include <fmt/format.h>

#include <cmath>

#include "core/text.h"

namespace studio::checkpoint {
namespace {

constexpr std::int64_t kMostInteger = 1 << 30;  // far above any size of a network; keeps every product in 64 bits

std::optional<std::int64_t> as_size(const Json& value) {
    if (!value.is_number_unsigned()) return std::nullopt;
    const auto number = value.get<std::uint64_t>();
    if (number < 1 || number > static_cast<std::uint64_t>(kMostInteger)) return std::nullopt;
    return static_cast<std::int64_t>(number);
}

std::optional<double> as_number(const Json& value) {
    if (!value.is_number()) return std::nullopt;
    const auto number = value.get<double>();
    return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

std::optional<bool> as_bool(const Json& value) {
    return value.is_boolean() ? std::optional(value.get<bool>()) : std::nullopt;
}

/// A list of one kind, or nothing if any element is of another kind or there are absurdly many.
template <class T, class Convert>
std::optional<std::vector<T>> as_list(const Json& value, Convert convert) {
    if (!value.is_array() || value.size() > 4096) return std::nullopt;
    std::vector<T> out;
    for (const Json& element : value) {
        const auto converted = convert(element);
        if (!converted) return std::nullopt;
        out.push_back(*converted);
    }
    return out;
}

}  // namespace

Result<ConfigFile> ConfigFile::read(const std::filesystem::path& path) {
    ConfigFile out;
    out.file_ = path_to_utf8(path);
    if (path.empty()) return out;
    STUDIO_TRY(json, read_json_file(path));
    if (!json.is_object()) return out.wrong("", "it is not a JSON object");
    out.json_ = std::move(json);
    return out;
}

Error ConfigFile::wrong(std::string_view key, const std::string& what) const {
    return corrupt_file(file_, std::string(key),
                        key.empty()
                            ? fmt::format("{}: {}.", escape_for_display(file_, 1000), what)
                            : fmt::format("{}: the value of '{}' {}.", escape_for_display(file_, 1000), key, what),
                        "Correct config.json, or get it again from where the weights came from.");
}

Error ConfigFile::unsupported(std::string_view key, const std::string& what) const {
    return {ErrorCode::kUnsupported,
            fmt::format("{}: '{}' {}.", escape_for_display(file_, 1000), key, what),
            file_,
            std::string(key),
            "Use a model of the Wan2.1 or Wan2.2 family.",
            {}};
}

Error ConfigFile::conflict(std::string_view key, const std::string& in_config, const std::string& in_weights,
                           const std::string& weights_file) const {
    return corrupt_file(file_, std::string(key),
                        fmt::format("{} says {} = {}, but the weights in {} have {}.", escape_for_display(file_, 1000),
                                    key, in_config, escape_for_display(weights_file, 1000), in_weights),
                        "config.json and weights belong to different models: get both from one place.");
}

bool ConfigFile::has(std::string_view key) const {
    const auto at = json_.find(key);
    return at != json_.end() && !at->is_null();
}

bool ConfigFile::is_text(std::string_view key) const {
    return has(key) && json_[std::string(key)].is_string();
}

const Json* ConfigFile::find(std::initializer_list<std::string_view> keys, std::string_view& used) const {
    for (const std::string_view key : keys) {
        const auto at = json_.find(key);
        if (at == json_.end() || at->is_null()) continue;
        used = key;
        return &*at;
    }
    return nullptr;
}

Result<std::optional<std::int64_t>> ConfigFile::integer(std::initializer_list<std::string_view> keys) const {
    std::string_view key;
    const Json* const value = find(keys, key);
    if (value == nullptr) return std::optional<std::int64_t>();
    const auto number = as_size(*value);
    if (!number) return wrong(key, fmt::format("is not a whole number from 1 to {}", kMostInteger));
    return number;
}

Result<std::optional<double>> ConfigFile::number(std::string_view key) const {
    if (!has(key)) return std::optional<double>();
    const auto value = as_number(json_[std::string(key)]);
    if (!value) return wrong(key, "is not a number");
    return value;
}

Result<std::optional<bool>> ConfigFile::boolean(std::string_view key) const {
    if (!has(key)) return std::optional<bool>();
    const auto value = as_bool(json_[std::string(key)]);
    if (!value) return wrong(key, "is not true or false");
    return value;
}

Result<std::optional<std::string>> ConfigFile::text(std::string_view key) const {
    if (!has(key)) return std::optional<std::string>();
    const Json& value = json_[std::string(key)];
    if (!value.is_string()) return wrong(key, "is not text");
    return std::optional(value.get<std::string>());
}

Result<std::optional<std::vector<std::int64_t>>> ConfigFile::integers(std::string_view key) const {
    if (!has(key)) return std::optional<std::vector<std::int64_t>>();
    auto value = as_list<std::int64_t>(json_[std::string(key)], as_size);
    if (!value) return wrong(key, "is not a list of whole numbers from 1");
    return value;
}

Result<std::optional<std::vector<double>>> ConfigFile::numbers(std::string_view key) const {
    if (!has(key)) return std::optional<std::vector<double>>();
    auto value = as_list<double>(json_[std::string(key)], as_number);
    if (!value) return wrong(key, "is not a list of numbers");
    return value;
}

Result<std::optional<std::vector<bool>>> ConfigFile::booleans(std::string_view key) const {
    if (!has(key)) return std::optional<std::vector<bool>>();
    auto value = as_list<bool>(json_[std::string(key)], as_bool);
    if (!value) return wrong(key, "is not a list of true and false");
    return value;
}

Result<void> ConfigFile::agrees(std::initializer_list<std::string_view> keys, std::int64_t in_weights,
                                std::string_view tensor, const std::string& weights_file) const {
    for (const std::string_view key : keys) {
        STUDIO_TRY(value, integer({key}));
        if (!value || *value == in_weights) continue;
        return conflict(key, fmt::format("{}", *value), fmt::format("{} ({})", in_weights, tensor), weights_file);
    }
    return {};
}

}  // namespace studio::checkpoint

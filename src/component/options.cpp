#include "component/options.h"

#include <algorithm>
#include <limits>

#include "core/result.h"
#include "core/text.h"

namespace studio::component {
namespace {

std::string shown(const Json& value) {
    return escape_for_display(value.dump(-1, ' ', false, Json::error_handler_t::replace), 60);
}

std::string range(const std::string& what, const std::string& min, const std::string& max) {
    return what + " from " + min + " to " + max;
}

bool is_whole(const Json& value, std::int64_t min, std::int64_t max) {
    // An unsigned value beyond int64 would wrap in get<int64_t>.
    if (value.is_number_unsigned() &&
        value.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
        return false;
    return value.is_number_integer() && value.get<std::int64_t>() >= min && value.get<std::int64_t>() <= max;
}

}  // namespace

const Json* Options::find(std::string_view key) {
    known_.emplace(key);
    const auto it = object_.find(key);
    return it == object_.end() ? nullptr : &*it;
}

std::string Options::path_of(std::string_view key) const {
    return parent_ + std::string(key);
}

void Options::wrong(std::string_view key, const std::string& must_be) const {
    const auto it = object_.find(key);
    const std::string path = path_of(key);
    const std::string message = it == object_.end()
                                    ? "Option \"" + path + "\" is missing; it must be " + must_be + "."
                                    : "Option \"" + path + "\" must be " + must_be + ", but is " + shown(*it) + ".";
    throw Failure(invalid_argument(path, message, "Set \"" + path + "\" in --options to " + must_be + "."));
}

bool Options::has(std::string_view key) {
    const Json* value = find(key);
    return value != nullptr && !value->is_null();
}

bool Options::boolean(std::string_view key, bool otherwise) {
    const Json* value = find(key);
    if (value == nullptr) return otherwise;
    if (!value->is_boolean()) wrong(key, "true or false");
    return value->get<bool>();
}

std::int64_t Options::integer(std::string_view key, std::optional<std::int64_t> otherwise, std::int64_t min,
                              std::int64_t max) {
    const Json* value = find(key);
    if (value == nullptr && otherwise) return *otherwise;
    if (value == nullptr || !is_whole(*value, min, max))
        wrong(key, range("a whole number", std::to_string(min), std::to_string(max)));
    return value->get<std::int64_t>();
}

double Options::number(std::string_view key, std::optional<double> otherwise, double min, double max) {
    const Json* value = find(key);
    if (value == nullptr && otherwise) return *otherwise;
    const bool fits =
        value != nullptr && value->is_number() && value->get<double>() >= min && value->get<double>() <= max;
    if (!fits) wrong(key, range("a number", format_double(min), format_double(max)));
    return value->get<double>();
}

std::string Options::text(std::string_view key, std::optional<std::string> otherwise) {
    const Json* value = find(key);
    if (value == nullptr && otherwise) return *otherwise;
    if (value == nullptr || !value->is_string()) wrong(key, "a text");
    return value->get<std::string>();
}

std::string Options::choice(std::string_view key, std::optional<std::string> otherwise,
                            std::initializer_list<std::string_view> allowed) {
    const Json* value = find(key);
    if (value == nullptr && otherwise) return *otherwise;
    std::string must_be = "one of";
    for (const auto name : allowed)
        must_be += (name == *allowed.begin() ? " \"" : ", \"") + std::string(name) + "\"";
    if (value == nullptr || !value->is_string()) wrong(key, must_be);
    const auto given = value->get<std::string>();
    if (std::find(allowed.begin(), allowed.end(), given) == allowed.end()) wrong(key, must_be);
    return given;
}

std::vector<std::string> Options::texts(std::string_view key, std::optional<std::vector<std::string>> otherwise) {
    const Json* value = find(key);
    if (value == nullptr && otherwise) return *otherwise;
    if (value != nullptr && value->is_string()) return {value->get<std::string>()};
    const bool fits = value != nullptr && value->is_array() &&
                      std::all_of(value->begin(), value->end(), [](const Json& item) { return item.is_string(); });
    if (!fits) wrong(key, "a text or a list of texts");
    return value->get<std::vector<std::string>>();
}

std::optional<std::int64_t> Options::optional_integer(std::string_view key, std::int64_t min, std::int64_t max) {
    if (!has(key)) return std::nullopt;
    return integer(key, std::nullopt, min, max);
}

std::optional<double> Options::optional_number(std::string_view key, double min, double max) {
    if (!has(key)) return std::nullopt;
    return number(key, std::nullopt, min, max);
}

std::optional<std::string> Options::optional_text(std::string_view key) {
    if (!has(key)) return std::nullopt;
    return text(key, std::nullopt);
}

std::optional<Options> Options::optional_object(std::string_view key) {
    if (!has(key)) return std::nullopt;
    const Json* value = find(key);
    if (!value->is_object()) wrong(key, "an object");
    return Options(*value, path_of(key) + ".");
}

std::vector<Options> Options::objects(std::string_view key) {
    const Json* value = find(key);
    if (value == nullptr) return {};
    const bool fits = value->is_array() &&
                      std::all_of(value->begin(), value->end(), [](const Json& item) { return item.is_object(); });
    if (!fits) wrong(key, "a list of objects");
    std::vector<Options> out;
    for (std::size_t i = 0; i < value->size(); ++i)
        out.push_back(Options((*value)[i], path_of(key) + "[" + std::to_string(i) + "]."));
    return out;
}

void Options::finish() const {
    for (const auto& [key, value] : object_.items()) {
        if (known_.contains(key)) continue;
        std::string names;
        for (const auto& name : known_)
            names += (names.empty() ? "" : ", ") + name;
        const std::string path = escape_for_display(path_of(key));
        throw Failure(invalid_argument(path, "Unknown option \"" + path + "\".", "Known here: " + names + "."));
    }
}

}  // namespace studio::component

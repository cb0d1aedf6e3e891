#include "io/safetensors_sax.h"

#include <fmt/format.h>

#include <limits>

#include "core/text.h"

namespace studio::io {

bool HeaderEvents::fail(std::string why) {
    if (reason.empty()) {
        reason = std::move(why);
        if (field.empty() && place_ != Place::kTop) field = place_ == Place::kMetadata ? "__metadata__" : entry_.name;
    }
    return false;
}

bool HeaderEvents::wrong_value(const char* what) {
    switch (place_) {
        case Place::kStart:
            return fail("the header is not a JSON object");
        case Place::kMetadata:
            return fail(fmt::format("__metadata__ may hold text only, not {}", what));
        case Place::kList:
            return fail(fmt::format("{} holds {} where a whole number belongs",
                                    field_ == Field::kShape ? "shape" : "data_offsets", what));
        default:
            return fail(fmt::format("{} is in a place where it does not belong", what));
    }
}

bool HeaderEvents::number_integer(number_integer_t) {
    return wrong_value("a negative number");
}

bool HeaderEvents::number_float(number_float_t, const string_t&) {
    return wrong_value("a fraction or a number that is too large");
}

bool HeaderEvents::number_unsigned(number_unsigned_t value) {
    if (place_ != Place::kList) return wrong_value("a number");
    if (field_ == Field::kOffsets) {
        if (offsets_.size() == 2) return fail("data_offsets has more than two numbers");
        offsets_.push_back(value);
        return true;
    }
    if (entry_.shape.size() == limits_.dims)
        return fail(fmt::format("shape has more than {} dimensions", limits_.dims));
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        return fail("shape overflows: a dimension does not fit in 63 bits");
    }
    entry_.shape.push_back(static_cast<std::int64_t>(value));
    return true;
}

bool HeaderEvents::string(string_t& value) {
    if (place_ == Place::kMetadata) {
        metadata_bytes_ += value.size() + metadata_key_.size();
        if (metadata_bytes_ > limits_.metadata_bytes) {
            return fail(fmt::format("__metadata__ is larger than {}", format_bytes(limits_.metadata_bytes)));
        }
        if (!metadata.emplace(metadata_key_, std::move(value)).second)
            return fail("a key of __metadata__ appears twice");
        return true;
    }
    if (place_ != Place::kTensor || field_ != Field::kDtype) return wrong_value("text");
    const auto dtype = dtype_from_safetensors(value);
    if (!dtype) return fail(fmt::format("its data type '{}' is not known", escape_for_display(value, 40)));
    entry_.dtype = *dtype;
    return true;
}

bool HeaderEvents::start_object(std::size_t) {
    if (place_ == Place::kStart) {
        place_ = Place::kTop;
        return true;
    }
    if (place_ != Place::kTop) return fail("objects are nested deeper than this format has them");
    place_ = next_is_metadata_ ? Place::kMetadata : Place::kTensor;
    return true;
}

bool HeaderEvents::key(string_t& name) {
    switch (place_) {
        case Place::kTop:
            return top_key(name);
        case Place::kTensor:
            return tensor_key(name);
        case Place::kMetadata:
            metadata_key_ = std::move(name);
            return true;
        default:
            return wrong_value("a key");
    }
}

bool HeaderEvents::top_key(string_t& name) {
    next_is_metadata_ = name == "__metadata__";
    if (next_is_metadata_) {
        field = "";
        if (has_metadata_) return fail("__metadata__ appears twice");
        has_metadata_ = true;
        return true;
    }
    const std::string shown = escape_for_display(name);
    field = shown;
    if (name.empty()) return fail("a tensor has an empty name");
    if (name.size() > limits_.name_bytes) return fail("a tensor's name is too long");
    if (shown != name && escape_for_display(name, 2 * limits_.name_bytes) != name) {
        return fail("a tensor's name contains control or invisible characters");
    }
    if (entries.size() == limits_.tensors) return fail(fmt::format("it has more than {} tensors", limits_.tensors));
    if (!names_.insert(name).second) return fail("the tensor appears twice");
    field.clear();
    entry_ = {};
    entry_.name = std::move(name);
    offsets_.clear();
    std::fill(std::begin(has_), std::end(has_), false);
    field_ = Field::kNone;
    return true;
}

bool HeaderEvents::tensor_key(const string_t& name) {
    field_ = name == "dtype"          ? Field::kDtype
             : name == "shape"        ? Field::kShape
             : name == "data_offsets" ? Field::kOffsets
                                      : Field::kNone;
    if (field_ == Field::kNone) return fail(fmt::format("unknown key '{}'", escape_for_display(name, 40)));
    bool& is_there = has_[static_cast<int>(field_)];
    if (is_there) return fail(fmt::format("{} appears twice", name));
    is_there = true;
    return true;
}

bool HeaderEvents::start_array(std::size_t) {
    if (place_ == Place::kStart) return fail("the header is a JSON list, not an object");
    if (place_ != Place::kTensor || (field_ != Field::kShape && field_ != Field::kOffsets)) {
        return fail(place_ == Place::kList ? "lists are nested deeper than this format has them"
                                           : "a list is in a place where it does not belong");
    }
    place_ = Place::kList;
    return true;
}

bool HeaderEvents::end_array() {
    place_ = Place::kTensor;
    if (field_ == Field::kOffsets && offsets_.size() != 2) return fail("data_offsets does not have two numbers");
    return true;
}

bool HeaderEvents::end_object() {
    if (place_ == Place::kTensor) return end_tensor();
    place_ = place_ == Place::kMetadata ? Place::kTop : Place::kDone;
    return true;
}

bool HeaderEvents::end_tensor() {
    if (!has_[static_cast<int>(Field::kDtype)]) return fail("dtype is missing");
    if (!has_[static_cast<int>(Field::kShape)]) return fail("shape is missing");
    if (!has_[static_cast<int>(Field::kOffsets)]) return fail("data_offsets is missing");
    entry_.begin = offsets_[0];
    entry_.end = offsets_[1];
    entries.push_back(std::move(entry_));
    place_ = Place::kTop;
    return true;
}

bool HeaderEvents::parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& problem) {
    if (problem.id == 406) return fail("a number is too large");  // 1e999
    return fail(fmt::format("the header is not valid JSON near its byte {}", position));
}

}  // namespace studio::io

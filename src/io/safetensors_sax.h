// io/safetensors_sax.h - nlohmann's events of a safetensors header, turned into a table. Used by safetensors_header.cpp
// only.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <unordered_set>
#include <vector>

#include "io/safetensors_header.h"

namespace studio::io {

/// One entry as written, before it was held against the file: begin and end relative to the data.
struct HeaderEntry {
    std::string name;
    DType dtype = DType::kF32;
    std::vector<std::int64_t> shape;
    std::uint64_t begin = 0, end = 0;
};

class HeaderEvents final : public nlohmann::json_sax<nlohmann::json> {
  public:
    explicit HeaderEvents(const SafetensorsLimits& limits) : limits_(limits) {}

    std::vector<HeaderEntry> entries;
    std::map<std::string, std::string> metadata;
    // Why parsing stopped; empty while all is well.
    std::string reason;
    std::string field;  // the tensor or key concerned

    bool null() override { return wrong_value("null"); }
    bool boolean(bool) override { return wrong_value("true or false"); }
    bool number_integer(number_integer_t) override;  // nlohmann calls this for negative numbers only
    bool number_unsigned(number_unsigned_t value) override;
    bool number_float(number_float_t, const string_t& text) override;
    bool string(string_t& value) override;
    bool binary(binary_t&) override { return wrong_value("binary data"); }
    bool start_object(std::size_t) override;
    bool key(string_t& name) override;
    bool end_object() override;
    bool start_array(std::size_t) override;
    bool end_array() override;
    bool parse_error(std::size_t position, const std::string& last_token,
                     const nlohmann::detail::exception& problem) override;

  private:
    enum class Place { kStart, kTop, kTensor, kMetadata, kList, kDone };
    enum class Field { kNone, kDtype, kShape, kOffsets };

    bool fail(std::string why);
    bool wrong_value(const char* what);
    bool top_key(string_t& name);
    bool tensor_key(const string_t& name);
    bool end_tensor();

    const SafetensorsLimits limits_;
    Place place_ = Place::kStart;
    bool next_is_metadata_ = false, has_metadata_ = false;
    Field field_ = Field::kNone;
    bool has_[4] = {};  // by Field
    std::vector<std::uint64_t> offsets_;
    HeaderEntry entry_;
    std::unordered_set<std::string> names_;
    std::string metadata_key_;
    std::size_t metadata_bytes_ = 0;
};

}  // namespace studio::io

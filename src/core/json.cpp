#include "core/json.h"

#include <fmt/format.h>

#include "core/files.h"
#include "core/text.h"

namespace studio {
namespace {

/// Builds the document from nlohmann's events, so that duplicates and depth are seen before anything is stored.
class Builder final : public nlohmann::json_sax<Json> {
  public:
    explicit Builder(int max_depth) : max_depth_(max_depth) {}

    Json document;
    std::string reason;  // empty while all is well
    std::size_t offset = 0;

    std::string field() const {
        std::string out;
        for (const Level& level : levels_) {
            if (level.key.empty()) continue;
            if (!out.empty()) out += '.';
            out += level.key;
        }
        return escape_for_display(out);
    }

    bool null() override { return add(nullptr); }
    bool boolean(bool value) override { return add(value); }
    bool number_integer(number_integer_t value) override { return add(value); }
    bool number_unsigned(number_unsigned_t value) override { return add(value); }
    bool number_float(number_float_t value, const string_t&) override { return add(value); }
    bool string(string_t& value) override { return add(std::move(value)); }
    bool binary(binary_t&) override { return fail("binary data"); }
    bool start_object(std::size_t) override { return open(Json::object()); }
    bool start_array(std::size_t) override { return open(Json::array()); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }
    bool key(string_t& name) override {
        levels_.back().key = name;
        if (levels_.back().value->contains(name)) return fail("the key appears twice");
        return true;
    }
    bool parse_error(std::size_t position, const std::string& last_token,
                     const nlohmann::detail::exception& e) override {
        offset = position;
        if (e.id == 406) return fail("a number is too large");
        return fail(last_token.empty() ? "the text ends too early"
                                       : fmt::format("unexpected text near '{}'", escape_for_display(last_token, 40)));
    }

  private:
    struct Level {
        Json* value;
        std::string key;
    };

    bool fail(std::string why) {
        if (reason.empty()) reason = std::move(why);
        return false;
    }
    Json* place(Json value) {
        if (levels_.empty()) return &(document = std::move(value));
        Json& parent = *levels_.back().value;
        if (parent.is_array()) {
            parent.push_back(std::move(value));
            return &parent.back();
        }
        return &(parent[levels_.back().key] = std::move(value));
    }
    bool add(Json value) {
        place(std::move(value));
        return true;
    }
    bool open(Json value) {
        if (static_cast<int>(levels_.size()) >= max_depth_) {
            return fail(fmt::format("it is nested deeper than {} levels", max_depth_));
        }
        levels_.push_back({place(std::move(value)), {}});
        return true;
    }
    bool close() {
        levels_.pop_back();
        return true;
    }

    std::vector<Level> levels_;  // a child's address is stable while its parent is open: only the last child grows
    int max_depth_;
};

}  // namespace

Result<Json> parse_json(std::string_view text, const std::string& source, const JsonLimits& limits) {
    const std::string fix = "Correct the JSON text, or get the file again from where it came from.";
    const std::string shown = escape_for_display(source, 1000);
    if (text.size() > limits.max_bytes) {
        return corrupt_file(
            source, {}, fmt::format("The JSON in {} is larger than {}.", shown, format_bytes(limits.max_bytes)), fix);
    }
    if (const auto bad = invalid_utf8_at(text)) {
        return corrupt_file(source, {}, fmt::format("The JSON in {} is not valid UTF-8 at byte {}.", shown, *bad), fix);
    }
    Builder builder(limits.max_depth);
    if (!Json::sax_parse(text.begin(), text.end(), &builder) || !builder.reason.empty()) {
        const std::string where = builder.offset > 0 ? fmt::format(" at byte {}", builder.offset) : std::string();
        const std::string field = builder.field();
        return corrupt_file(source, field,
                            fmt::format("{} is not the JSON expected{}{}: {}.", shown, where,
                                        field.empty() ? "" : fmt::format(", key '{}'", field), builder.reason),
                            fix);
    }
    return std::move(builder.document);
}

Result<Json> read_json_file(const std::filesystem::path& path, const JsonLimits& limits) {
    STUDIO_TRY(text, read_small_file(path, limits.max_bytes));
    return parse_json(text, path_to_utf8(path), limits);
}

}  // namespace studio

// checkpoint/config_file.h - config.json beside the weights: typed keys, and errors that name both sides of a conflict.
#pragma once
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "core/result.h"

namespace studio::checkpoint {

/// Keys of one config.json. An absent file behaves like an empty one. null counts as absent.
class ConfigFile {
  public:
    /// Errors  Io, CorruptFile naming config.json. `path` may be empty: then there is no file.
    static Result<ConfigFile> read(const std::filesystem::path& path);

    bool has(std::string_view key) const;
    bool is_text(std::string_view key) const;
    /// The file turned out to belong to another part that shares the folder (official layout): forget its keys.
    void ignore() { json_ = Json::object(); }

    // The first of the keys that is there. Errors: CorruptFile when its type or range is wrong.
    Result<std::optional<std::int64_t>> integer(std::initializer_list<std::string_view> keys) const;  // >= 1
    Result<std::optional<double>> number(std::string_view key) const;                                 // finite
    Result<std::optional<bool>> boolean(std::string_view key) const;
    Result<std::optional<std::string>> text(std::string_view key) const;
    Result<std::optional<std::vector<std::int64_t>>> integers(std::string_view key) const;
    Result<std::optional<std::vector<double>>> numbers(std::string_view key) const;
    Result<std::optional<std::vector<bool>>> booleans(std::string_view key) const;

    /// Where the config has one of the keys it must equal what the weights say.
    Result<void> agrees(std::initializer_list<std::string_view> keys, std::int64_t in_weights, std::string_view tensor,
                        const std::string& weights_file) const;
    /// The same conflict for values that are not whole numbers.
    Error conflict(std::string_view key, const std::string& in_config, const std::string& in_weights,
                   const std::string& weights_file) const;
    Error wrong(std::string_view key, const std::string& what) const;
    Error unsupported(std::string_view key, const std::string& what) const;

  private:
    const Json* find(std::initializer_list<std::string_view> keys, std::string_view& used) const;

    Json json_ = Json::object();
    std::string file_;
};

}  // namespace studio::checkpoint

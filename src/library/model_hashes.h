// library/model_hashes.h - SHA-256 of model files for recipes, remembered by path, size and time of change.
#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/result.h"

namespace studio {

/// Kept in user_state_dir()/model-hashes.json from run to run. A lost or damaged store costs only time.
/// Threads   one.
class ModelHashes {
  public:
    ModelHashes();

    /// The hash, if it is known and the file unchanged.
    std::optional<std::string> known(const std::filesystem::path& file) const;
    /// The hash of a file that somebody has just read whole anyway.
    void remember(const std::filesystem::path& file, const std::string& sha256);
    /// Known or computed now.   Errors: NotFound, Io naming the file; Cancelled.
    Result<std::string> hash(const std::filesystem::path& file, const std::stop_token& stop = {});

  private:
    struct Entry {
        std::uintmax_t size = 0;
        std::int64_t time = 0;
        std::string sha256;
    };
    static std::optional<Entry> stamp(const std::filesystem::path& file);
    void store() const;

    std::filesystem::path store_path_;
    std::map<std::string, Entry> entries_;
};

}  // namespace studio

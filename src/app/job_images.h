// app/job_images.h - private copies of the pictures of jobs: what waits cannot be moved, changed or deleted any more.
#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "app/generation_request.h"

namespace studio {

/// FOLDER/<sha256>/<name of the file>: the same picture of many jobs is there once, and keeps its name for people.
/// Threads   one at a time; blocking.
class JobImages {
  public:
    explicit JobImages(std::filesystem::path folder) : folder_(std::move(folder)) {}

    /// Put copies in the place of `image` and `end_image`. Pictures that are copies already stay as they are.
    /// Errors   Io or NotFound, `field` "image" or "end_image": unreadable, no room for a copy, or the file changes
    /// while
    ///          it is being copied. Nothing of a copy is left then.
    Result<void> keep(GenerationRequest& request) const;
    /// The data folder was moved as a whole: name the copies where they are now.
    void find_moved(GenerationRequest& request) const;
    /// Hashes of the copies that a request (its JSON) names.
    std::vector<std::string> copies_in(const Json& request) const;
    /// Remove a copy; that it is gone already is fine.
    void remove(const std::string& sha256) const;
    /// Remove every copy that `is_needed` does not want: of jobs that never came to be.
    void sweep(const std::function<bool(const std::string& sha256)>& is_needed) const;

  private:
    Result<void> keep_one(std::string& path, const char* field) const;
    std::string copy_of(const std::filesystem::path& file) const;

    std::filesystem::path folder_;
};

}  // namespace studio

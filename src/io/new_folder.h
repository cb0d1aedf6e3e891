// io/new_folder.h - a folder that appears complete or not at all.
#pragma once
#include <filesystem>

#include "core/result.h"

namespace studio::io {

/// Filled under another name beside its own, then renamed. Dropping the object before commit removes it with everything
/// in it. Threads   one at a time.
class NewFolder {
  public:
    /// Errors  Io naming the target: the folder above it is missing or not writable.
    static Result<NewFolder> create(const std::filesystem::path& target);
    ~NewFolder();
    NewFolder(NewFolder&& other) noexcept;
    NewFolder& operator=(NewFolder&&) = delete;

    /// Where to put the content until commit.
    const std::filesystem::path& path() const { return aside_; }
    const std::filesystem::path& target() const { return target_; }
    /// False and nothing changed when something has the name already.   Errors: Io.
    Result<bool> commit();

  private:
    NewFolder() = default;
    std::filesystem::path target_, aside_;  // aside_ empty: nothing to remove
};

}  // namespace studio::io

// app/unfinished_files.h - files of this program's runs that were killed before they could remove them. A file of the
// same kind made by another program is never touched: only what was noted here before it was begun.
#pragma once
#include <filesystem>
#include <memory>
#include <optional>

#include "core/file_lock.h"

namespace studio {

/// A note in user_state_dir()/unfinished, held by a lock that ends with the process, however it ends.
class UnfinishedFile {
  public:
    /// `part` is going to be written by this process. A note that cannot be written is logged: it costs the clean-up.
    explicit UnfinishedFile(const std::filesystem::path& part);
    /// The file has its final name, or is removed.
    ~UnfinishedFile();
    UnfinishedFile(const UnfinishedFile&) = delete;
    UnfinishedFile& operator=(const UnfinishedFile&) = delete;

  private:
    std::filesystem::path note_;
    std::optional<FileLock> lock_;
};

/// Remove what runs that have ended left behind. Only regular files that end in .part,
/// and of folders that do the pictures in them.   Threads  any; processes too.
void remove_unfinished_files();

}  // namespace studio

// store/owner_lock.h - one owner for a data folder: the window, a service or a command line, never two at once.
#pragma once
#include <filesystem>
#include <memory>

#include "core/result.h"

namespace studio::store {

/// An exclusive lock on `folder`/owner.lock, held by the operating system: it goes when the process goes, however it
/// ends, so there are no stale locks and no process numbers to compare.
class OwnerLock {
  public:
    /// Errors    Io naming the lock file: another process holds it (who, as far as it wrote its name), or the folder
    ///           cannot be written.
    static Result<OwnerLock> acquire(const std::filesystem::path& folder);
    OwnerLock(OwnerLock&&) noexcept;
    OwnerLock& operator=(OwnerLock&&) noexcept;
    ~OwnerLock();

  private:
    struct Handle;
    explicit OwnerLock(std::unique_ptr<Handle> handle);
    std::unique_ptr<Handle> handle_;
};

}  // namespace studio::store

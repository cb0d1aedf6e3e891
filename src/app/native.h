// app/native.h - what the operating system's loader knows: libraries in this process, and optional ones.
// native_posix.cpp, native_windows.cpp.
#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace studio::native {

/// Files of all shared libraries in this process, symbolic links resolved.
std::vector<std::filesystem::path> loaded_libraries();

/// A library that may be absent, opened by the loader's own search and never from the current folder.
class OptionalLibrary {
  public:
    explicit OptionalLibrary(const char* name);
    ~OptionalLibrary();
    OptionalLibrary(const OptionalLibrary&) = delete;
    OptionalLibrary& operator=(const OptionalLibrary&) = delete;
    bool is_open() const noexcept { return handle_ != nullptr; }
    const std::string& reason() const noexcept { return reason_; }  // why it is not open
    void* symbol(const char* name) const noexcept;                  // nullptr: not there

  private:
    void* handle_ = nullptr;
    std::string reason_;
};

/// The name of NVIDIA's driver library on this system.
extern const char* const kCudaDriverLibrary;

}  // namespace studio::native

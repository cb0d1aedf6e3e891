// core/platform.h - everything that differs between Linux and Windows, in one place (platform_posix.cpp and
// machine_linux.cpp, or platform_windows.cpp).
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <span>
#include <string>

#include "core/result.h"

namespace studio::platform {

// User folders (created by whoever writes there). XDG on Linux, Known Folders on Windows; STUDIO_HOME overrides all
// three.
std::filesystem::path user_data_dir();    // models, results database
std::filesystem::path user_config_dir();  // settings
std::filesystem::path user_state_dir();   // logs, latents of interrupted jobs
std::filesystem::path executable_path();

struct Memory {
    std::uint64_t total_bytes = 0;
    std::uint64_t available_bytes = 0;
};
Memory physical_memory();
std::uint64_t process_peak_rss_bytes();
std::uint64_t process_rss_bytes();
/// Take pages of a mapped file out of this process's resident memory; the next touch reads them again, from the system's
/// cache if they are still there. ONLY for bytes of a read-only file mapping. Whole pages inside the range.
void forget_pages(std::span<const std::byte> mapped) noexcept;
int physical_cores();  // what this process may use (affinity, cgroup), at least 1
std::string cpu_name();
std::string os_name();

/// Create a file that does not exist yet, for writing bytes; follows no link. Null with the errno value in
/// `error_number`.
std::FILE* create_new_file(const std::filesystem::path& path, int& error_number);
/// Push a flushed stream's content to the disk: 0, or the errno value.
int sync_stream(std::FILE* stream);
/// Flush file content to disk.   Errors: Io naming the file.
Result<void> sync_file(const std::filesystem::path& path);
/// Flush the folder's list of names, so that a rename inside it survives a power cut. Does nothing on Windows. Errors:
/// Io.
Result<void> sync_folder(const std::filesystem::path& path);
/// Rename that never replaces: false when `to` exists. Race-free (renameat2, MoveFileEx).   Errors: Io.
Result<bool> rename_no_replace(const std::filesystem::path& from, const std::filesystem::path& to);

/// Call `on_stop` (from a helper thread, never from the signal itself) at Ctrl-C or SIGTERM/SIGHUP; `signal_number` is
/// 2, 15... Call before other threads start.
void on_termination(void (*on_stop)(int signal_number));

}  // namespace studio::platform

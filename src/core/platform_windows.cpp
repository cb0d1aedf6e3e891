#include <windows.h>
// windows.h comes first: the others need its types.
#include <fcntl.h>
#include <fmt/format.h>
#include <io.h>
#include <psapi.h>
#include <shlobj.h>
#include <sys/stat.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <thread>
#include <vector>

#include "core/platform.h"
#include "core/text.h"

namespace studio::platform {
namespace fs = std::filesystem;
namespace {

std::string to_utf8(const wchar_t* text) {
    return path_to_utf8(fs::path(text));
}

std::wstring environment(const wchar_t* name) {
    std::wstring value(GetEnvironmentVariableW(name, nullptr, 0), L'\0');
    if (value.empty()) return value;
    value.resize(GetEnvironmentVariableW(name, value.data(), static_cast<DWORD>(value.size())));
    return value;
}

fs::path user_dir(const wchar_t* ours) {
    if (const std::wstring all = environment(L"STUDIO_HOME"); !all.empty()) return fs::absolute(fs::path(all)) / ours;
    PWSTR folder = nullptr;
    fs::path base;
    if (SHGetKnownFolderPath(FOLDERID_LocalAppData, 0, nullptr, &folder) == S_OK) base = folder;
    CoTaskMemFree(folder);
    if (base.empty()) base = environment(L"LOCALAPPDATA");
    return base / L"Turbo Studio" / ours;
}

std::string error_text(DWORD number) {
    wchar_t buffer[512] = {};
    const DWORD length = FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, nullptr, number, 0,
                                        buffer, static_cast<DWORD>(std::size(buffer)), nullptr);
    std::wstring text(buffer, length);
    while (!text.empty() && (text.back() == L'\n' || text.back() == L'\r' || text.back() == L'.'))
        text.pop_back();
    return text.empty() ? fmt::format("Windows error {}", number) : to_utf8(text.c_str());
}

Error io_error(const fs::path& path, const char* what, DWORD number) {
    const std::string name = path_to_utf8(path);
    const bool is_full = number == ERROR_DISK_FULL || number == ERROR_HANDLE_DISK_FULL;
    return {ErrorCode::kIo,
            fmt::format("{} {}: {}.", what, escape_for_display(name, 1000), error_text(number)),
            name,
            {},
            is_full ? "Free some disk space, then try again."
                    : "Check that the folder exists and that you may write there.",
            {}};
}

void (*g_on_stop)(int) = nullptr;

BOOL WINAPI on_console_event(DWORD event) {
    // Windows runs this on a thread of its own; closing the window ends the process when it returns, so it lingers
    // there.
    const bool is_interrupt = event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT;
    g_on_stop(is_interrupt ? SIGINT : SIGTERM);
    if (!is_interrupt) Sleep(10000);
    return TRUE;
}

PROCESS_MEMORY_COUNTERS memory_counters() {
    PROCESS_MEMORY_COUNTERS counters{};
    counters.cb = sizeof counters;
    K32GetProcessMemoryInfo(GetCurrentProcess(), &counters, sizeof counters);
    return counters;
}

}  // namespace

fs::path user_data_dir() {
    return user_dir(L"data");
}
fs::path user_config_dir() {
    return user_dir(L"config");
}
fs::path user_state_dir() {
    return user_dir(L"state");
}

fs::path executable_path() {
    std::wstring path(32768, L'\0');
    path.resize(GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size())));
    return path;
}

Memory physical_memory() {
    MEMORYSTATUSEX status{};
    status.dwLength = sizeof status;
    if (!GlobalMemoryStatusEx(&status)) return {};
    return {status.ullTotalPhys, status.ullAvailPhys};
}

std::uint64_t process_peak_rss_bytes() {
    return memory_counters().PeakWorkingSetSize;
}
std::uint64_t process_rss_bytes() {
    return memory_counters().WorkingSetSize;
}

int physical_cores() {
    DWORD_PTR allowed = 0, whole = 0;
    GetProcessAffinityMask(GetCurrentProcess(), &allowed, &whole);
    DWORD bytes = 0;
    GetLogicalProcessorInformation(nullptr, &bytes);
    std::vector<SYSTEM_LOGICAL_PROCESSOR_INFORMATION> table(bytes / sizeof(SYSTEM_LOGICAL_PROCESSOR_INFORMATION));
    int cores = 0;
    if (!table.empty() && GetLogicalProcessorInformation(table.data(), &bytes)) {
        for (const auto& entry : table) {
            cores += entry.Relationship == RelationProcessorCore && (entry.ProcessorMask & allowed) != 0 ? 1 : 0;
        }
    }
    return cores > 0 ? cores : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

std::string cpu_name() {
    wchar_t name[256] = {};
    DWORD bytes = sizeof name - sizeof(wchar_t);
    const LSTATUS status = RegGetValueW(HKEY_LOCAL_MACHINE, L"HARDWARE\\DESCRIPTION\\System\\CentralProcessor\\0",
                                        L"ProcessorNameString", RRF_RT_REG_SZ, nullptr, name, &bytes);
    return status == ERROR_SUCCESS && name[0] != L'\0' ? to_utf8(name) : "unknown processor";
}

std::string os_name() {
    // GetVersionEx answers with what the manifest names; this one tells the truth.
    using RtlGetVersion = LONG(WINAPI*)(OSVERSIONINFOW*);
    OSVERSIONINFOW version{};
    version.dwOSVersionInfoSize = sizeof version;
    const HMODULE library = GetModuleHandleW(L"ntdll.dll");
    const FARPROC address = library != nullptr ? GetProcAddress(library, "RtlGetVersion") : nullptr;
    if (address == nullptr) return "Windows";
    std::bit_cast<RtlGetVersion>(address)(&version);
    return fmt::format("Windows {}.{}.{}", version.dwMajorVersion, version.dwMinorVersion, version.dwBuildNumber);
}

std::FILE* create_new_file(const fs::path& path, int& error_number) {
    const int fd =
        _wopen(path.c_str(), _O_WRONLY | _O_CREAT | _O_EXCL | _O_BINARY | _O_NOINHERIT, _S_IREAD | _S_IWRITE);
    error_number = errno;
    if (fd < 0) return nullptr;
    std::FILE* const stream = _fdopen(fd, "wb");
    error_number = errno;
    if (stream == nullptr) _close(fd);
    return stream;
}

int sync_stream(std::FILE* stream) {
    return _commit(_fileno(stream)) == 0 ? 0 : errno;
}

Result<void> sync_file(const fs::path& path) {
    const HANDLE file = CreateFileW(path.c_str(), GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr,
                                    OPEN_EXISTING, 0, nullptr);
    if (file == INVALID_HANDLE_VALUE) return io_error(path, "Cannot open", GetLastError());
    const bool is_flushed = FlushFileBuffers(file) != 0;
    const DWORD number = GetLastError();
    CloseHandle(file);
    if (!is_flushed) return io_error(path, "Cannot finish writing", number);
    return {};
}

Result<void> sync_folder(const fs::path&) {
    return {};
}

Result<bool> rename_no_replace(const fs::path& from, const fs::path& to) {
    if (MoveFileExW(from.c_str(), to.c_str(), MOVEFILE_WRITE_THROUGH)) return true;
    const DWORD number = GetLastError();
    if (number == ERROR_ALREADY_EXISTS || number == ERROR_FILE_EXISTS) return false;
    return io_error(to, "Cannot create", number);
}

void on_termination(void (*on_stop)(int signal_number)) {
    g_on_stop = on_stop;
    SetConsoleCtrlHandler(on_console_event, TRUE);
}

void forget_pages(std::span<const std::byte> mapped) noexcept {
    // Unlocking what is not locked takes the pages out of the working set; that it "fails" is how it is documented.
    if (!mapped.empty()) VirtualUnlock(const_cast<std::byte*>(mapped.data()), mapped.size());
}

}  // namespace studio::platform

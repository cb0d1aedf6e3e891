// core/log.h - the one log: rotating file in the user's state folder plus, if asked, stderr. Prompt text never goes in.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace studio::log {

enum class Level { kTrace, kDebug, kInfo, kWarning, kError, kOff };

struct Options {
    Level level = Level::kInfo;  // STUDIO_LOG (trace|debug|info|warning|error|off) wins over this
    bool to_stderr = false;
    Level stderr_level = Level::kWarning;
    std::filesystem::path file;             // empty: user_state_dir()/"studio.log"
    std::size_t max_file_bytes = 5u << 20;  // rotation: 5 files of 5 MB
    int max_files = 5;
};

/// Open the log. A folder that cannot be written is not an error: the log then goes to stderr only, and says so.
/// Threads   Call once, before other threads start. Logging itself is safe from any thread.
void init(const Options& options);
/// Flush and close; later messages are dropped.
void shutdown();
/// Where the file is, or empty when there is none.
std::filesystem::path file_path();
std::pair<bool, Level> parse_level(std::string_view name) noexcept;

bool enabled(Level level) noexcept;
void write(Level level, std::string_view message);

template <class... A>
void debug(fmt::format_string<A...> f, A&&... a) {
    if (enabled(Level::kDebug)) write(Level::kDebug, fmt::format(f, std::forward<A>(a)...));
}
template <class... A>
void info(fmt::format_string<A...> f, A&&... a) {
    if (enabled(Level::kInfo)) write(Level::kInfo, fmt::format(f, std::forward<A>(a)...));
}
template <class... A>
void warning(fmt::format_string<A...> f, A&&... a) {
    if (enabled(Level::kWarning)) write(Level::kWarning, fmt::format(f, std::forward<A>(a)...));
}
template <class... A>
void error(fmt::format_string<A...> f, A&&... a) {
    if (enabled(Level::kError)) write(Level::kError, fmt::format(f, std::forward<A>(a)...));
}

}  // namespace studio::log

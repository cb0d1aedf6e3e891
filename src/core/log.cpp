#include "core/log.h"

#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <mutex>

#include "core/platform.h"
#include "core/text.h"

namespace studio::log {
namespace fs = std::filesystem;
namespace {

constexpr std::array<std::pair<std::string_view, Level>, 6> kNames{{{"trace", Level::kTrace},
                                                                    {"debug", Level::kDebug},
                                                                    {"info", Level::kInfo},
                                                                    {"warning", Level::kWarning},
                                                                    {"error", Level::kError},
                                                                    {"off", Level::kOff}}};

std::atomic<Level> g_lowest{Level::kOff};  // nothing below is formatted at all
std::mutex g_mutex;                        // guards the two below
std::shared_ptr<spdlog::logger> g_logger;
fs::path g_file;

spdlog::level::level_enum to_spdlog(Level level) {
    switch (level) {
        case Level::kTrace:
            return spdlog::level::trace;
        case Level::kDebug:
            return spdlog::level::debug;
        case Level::kInfo:
            return spdlog::level::info;
        case Level::kWarning:
            return spdlog::level::warn;
        case Level::kError:
            return spdlog::level::err;
        case Level::kOff:
            break;
    }
    return spdlog::level::off;
}

spdlog::sink_ptr open_file_sink(const fs::path& file, const Options& options) {
    std::error_code ignored;
    const bool is_new_folder = fs::create_directories(file.parent_path(), ignored);
    if (is_new_folder) fs::permissions(file.parent_path(), fs::perms::owner_all, ignored);
#if defined(_WIN32) && defined(SPDLOG_WCHAR_FILENAMES)
    const auto name = file.wstring();
#else
    const auto name = path_to_utf8(file);
#endif
    const auto rotated = static_cast<std::size_t>(std::max(options.max_files - 1, 1));
    return std::make_shared<spdlog::sinks::rotating_file_sink_mt>(name, options.max_file_bytes, rotated);
}

}  // namespace

std::pair<bool, Level> parse_level(std::string_view name) noexcept {
    for (const auto& [text, level] : kNames) {
        if (text == name) return {true, level};
    }
    return {false, Level::kInfo};
}

void init(const Options& options) {
    Level level = options.level;
    const char* const wanted = std::getenv("STUDIO_LOG");
    const auto [is_known, from_environment] = parse_level(wanted != nullptr ? wanted : "");
    if (is_known) level = from_environment;

    std::vector<spdlog::sink_ptr> sinks;
    fs::path file = options.file.empty() ? platform::user_state_dir() / "studio.log" : options.file;
    std::string trouble;
    if (level != Level::kOff) {
        try {
            sinks.push_back(open_file_sink(file, options));
            sinks.back()->set_level(to_spdlog(level));
        } catch (const std::exception&) {
            trouble = fmt::format("The log file {} cannot be written; logging to stderr only.",
                                  escape_for_display(path_to_utf8(file), 1000));
        }
    }
    if (sinks.empty()) file.clear();
    Level lowest = sinks.empty() ? Level::kOff : level;
    if (options.to_stderr || !trouble.empty()) {
        sinks.push_back(std::make_shared<spdlog::sinks::stderr_sink_mt>());
        sinks.back()->set_level(to_spdlog(options.stderr_level));
        lowest = std::min(lowest, options.stderr_level);
    }
    auto logger = std::make_shared<spdlog::logger>("studio", sinks.begin(), sinks.end());
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l [%t] %v");
    logger->set_level(to_spdlog(lowest));
    logger->flush_on(spdlog::level::info);                 // few lines, and the last ones before a crash matter most
    logger->set_error_handler([](const std::string&) {});  // a full disk must not stop a job
    {
        std::lock_guard lock(g_mutex);
        g_logger = std::move(logger);
        g_file = std::move(file);
        g_lowest = lowest;
    }
    if (wanted != nullptr && !is_known)
        warning("STUDIO_LOG is '{}', which is not a level; it is ignored.", escape_for_display(wanted));
    if (!trouble.empty()) warning("{}", trouble);
}

void shutdown() {
    std::lock_guard lock(g_mutex);
    g_lowest = Level::kOff;
    if (g_logger) g_logger->flush();
    g_logger.reset();
    g_file.clear();
}

fs::path file_path() {
    std::lock_guard lock(g_mutex);
    return g_file;
}

bool enabled(Level level) noexcept {
    return level != Level::kOff && level >= g_lowest.load(std::memory_order_relaxed);
}

void write(Level level, std::string_view message) {
    if (!enabled(level)) return;
    std::shared_ptr<spdlog::logger> logger;
    {
        std::lock_guard lock(g_mutex);
        logger = g_logger;
    }
    // One message is one line, whatever file name or exception text it quotes.
    if (logger) logger->log(to_spdlog(level), "{}", escape_for_display(message, 8192));
}

}  // namespace studio::log

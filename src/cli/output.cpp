#include "cli/output.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "app/error_text.h"
#include "app/settings_table.h"
#include "cli/terminal.h"
#include "core/text.h"

namespace studio::cli {
namespace {

void to_stderr(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
}

/// "num_frames" is what JSON calls it, "--frames" what was typed.
std::string field_text(const std::string& field) {
    const Setting* const setting = find_setting(field);
    if (setting == nullptr || setting->flag == field) return escape_for_display(field, 200);
    return fmt::format("{} ({})", field, setting->flag);
}

}  // namespace

void Output::write(std::string_view text) {
    if (is_closed_ || failed_errno_ != 0) return;
    errno = 0;
    if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0) return;
    if (terminal::is_closed_pipe(errno))
        is_closed_ = true;
    else
        failed_errno_ = errno != 0 ? errno : EIO;
}

void Output::line(std::string_view text) {
    erase_live();
    write(std::string(text) + "\n");
}

void Output::text(std::string_view text) {
    erase_live();
    write(text);
}

void Output::json(const Json& document) {
    line(document.dump(-1, ' ', false, Json::error_handler_t::replace));
}

void Output::note(std::string_view text) {
    const std::string again = live_;
    erase_live();
    to_stderr(std::string(text) + "\n");
    if (!again.empty()) live(again);
}

void Output::live(std::string text) {
    erase_live();
    live_ = std::move(text);
    if (!live_.empty()) to_stderr(live_);
}

void Output::erase_live() {
    if (live_.empty()) return;
    live_.clear();
    to_stderr("\r\x1b[K");
}

void Output::error(const Error& error) {
    erase_live();
    to_stderr(error_lines(error));
}

Result<void> Output::stdout_state() const {
    if (failed_errno_ == 0) return {};
    return Error{ErrorCode::kIo,
                 fmt::format("Standard output cannot be written: {}.", std::generic_category().message(failed_errno_)),
                 "",
                 "stdout",
                 "Free some space, or send the output somewhere else.",
                 {}};
}

std::string error_lines(const Error& error) {
    const ErrorText words = studio::error_text(error);
    std::string text = "error: " + words.what;
    constexpr std::string_view kFile = "\nFile: ";
    if (const auto at = text.rfind(kFile); at != std::string::npos) text.replace(at, kFile.size(), "\n  file:  ");
    text += "\n";
    if (!error.field.empty()) text += fmt::format("  field: {}\n", field_text(error.field));
    for (const std::string& step : error.context)
        text += fmt::format("  while: {}\n", escape_for_display(step, 200));
    return text + fmt::format("  fix:   {}\n", words.to_do);
}

}  // namespace studio::cli

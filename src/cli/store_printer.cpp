#include "cli/store_printer.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/terminal.h"
#include "core/text.h"

namespace studio::cli {
namespace {

constexpr int kPlainWidth = 200;

int percent(const StoreProgress& progress) {
    if (progress.total == 0) return 0;
    return static_cast<int>(100.0 * static_cast<double>(std::min(progress.bytes, progress.total)) /
                            static_cast<double>(progress.total));
}

}  // namespace

std::string store_line(const StoreProgress& progress, int width) {
    std::string text = progress.files > 1
                           ? fmt::format("{} {} of {}", progress.action,
                                         std::min(progress.files_done + 1, progress.files), progress.files)
                           : progress.action;
    text += ", " + format_bytes(progress.bytes);
    if (progress.total > 0) text += fmt::format(" of {} ({} %)", format_bytes(progress.total), percent(progress));
    if (progress.bytes_per_second >= 1)
        text += fmt::format(", {}/s", format_bytes(static_cast<std::uint64_t>(progress.bytes_per_second)));
    if (progress.seconds_left && *progress.seconds_left < 1e6)
        text += fmt::format(", {} left", format_seconds(*progress.seconds_left));
    if (!progress.current.empty()) text += ": " + escape_for_display(progress.current, 300);
    // A line that wraps could not be erased. Names may hold more bytes than columns; cutting between bytes of one
    // character would show garbage.
    auto end = std::min(text.size(), static_cast<std::size_t>(width - 1));
    while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        --end;
    text.resize(end);
    return text;
}

void StorePrinter::report(const StoreProgress& progress) {
    for (const std::string& notice : progress.notices)
        output_.note(escape_for_display(notice, 1000));
    if (is_live_) {
        output_.live(store_line(progress, terminal::stderr_width()));
        return;
    }
    const int tenth = percent(progress) / 10;
    if (tenth == last_tenth_ && progress.action == last_action_) return;
    // A state that comes and goes between two files is not worth a line.
    if (progress.action != last_action_ && progress.action == "checking" && last_tenth_ == tenth) return;
    last_tenth_ = tenth;
    last_action_ = progress.action;
    output_.note(store_line(progress, kPlainWidth));
}

}  // namespace studio::cli

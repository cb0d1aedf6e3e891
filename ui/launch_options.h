// ui/launch_options.h - the command line of turbo-studio, read before there is a display.
#pragma once
#include <QSize>
#include <QString>
#include <QStringList>
#include <optional>

#include "core/result.h"
#include "ui/theme/theme.h"

namespace studio::ui {

struct LaunchOptions {
    QString prompt, model, output;
    QString data_root;                     // all of the program's own folders below this one; empty: the user's folders
    QStringList files;                     // videos, recipes and pictures to open (a desktop's "Open with")
    QString language;                      // "en", "zh_CN"; empty: the system's
    std::optional<Appearance> appearance;  // empty: the system's
    bool generate_at_once = false;
    QString screenshot;  // file for the developer option --screenshot
    QSize window_size;   // empty: as last time
    bool is_help = false, is_version = false;
};

/// Errors   InvalidArgument naming the option.
Result<LaunchOptions> parse_launch_options(const QStringList& arguments);
QString launch_help();

/// Why no window can be opened here, before Qt tries and aborts. Looks at the environment only.
Result<void> check_display(const QStringList& arguments);

}  // namespace studio::ui

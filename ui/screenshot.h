// ui/screenshot.h - the developer option --screenshot: one video, one picture of the window while it plays, end.
#pragma once
#include <QString>
#include <QTimer>
#include <cstdio>

#include "core/error.h"
#include "ui/main_window.h"

namespace studio::ui {

/// Sets `exit_status` and closes the window when done or failed.
inline void takeScreenshot(MainWindow& window, const QString& file, int& exit_status) {
    constexpr int kSettleMs = 600;  // the clip is under way, hover and focus effects are over
    QObject::connect(&window, &MainWindow::resultPlaying, &window, [&window, file, &exit_status] {
        QTimer::singleShot(kSettleMs, &window, [&window, file, &exit_status] {
            if (!window.grab().save(file)) {
                std::fprintf(stderr, "The picture could not be written to '%s'.\n", qUtf8Printable(file));
                exit_status = exit_code(ErrorCode::kIo);
            }
            window.close();
        });
    });
    QObject::connect(&window, &MainWindow::failed, &window, [&window, &exit_status](const Error& error) {
        std::fprintf(stderr, "%s %s\n", error.message.c_str(), error.fix.c_str());
        exit_status = exit_code(error.code);
        window.close();
    });
}

}  // namespace studio::ui

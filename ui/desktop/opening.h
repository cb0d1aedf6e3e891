// ui/desktop/opening.h - what a start of the program asks for, as a value that one start can hand to another.
#pragma once
#include <QByteArray>
#include <QString>
#include <QStringList>

#include "core/result.h"

namespace studio::ui {

/// Files to open, words to begin with. Everything else of a command line belongs to the process itself.
struct Opening {
    QStringList files;  // videos, recipes and pictures, absolute paths
    QString prompt;
    QString model;   // name or folder; empty: as it is
    QString output;  // absolute path; empty: as it is
    bool generate_at_once = false;
    QString activation_token;  // the desktop's permission to come to the front; may be empty

    bool operator==(const Opening&) const = default;
};

// Limits of the message; a command line that is longer is refused where it is written.
inline constexpr int kMaxOpeningBytes = 256 * 1024;
inline constexpr int kMaxOpeningFiles = 64;
inline constexpr int kMaxOpeningPathLength = 4096;    // characters
inline constexpr int kMaxOpeningPromptBytes = 32768;  // as in the window

/// One line of UTF-8 JSON with "\n" at its end.   Errors: InvalidArgument naming what is too long.
Result<QByteArray> writeOpening(const Opening& opening);

/// Read such a line (without needing the "\n"). The text may come from anybody: unknown, repeated or missing keys,
/// other types, relative paths, NUL characters and anything above the limits are refused. Errors    CorruptFile or
/// InvalidArgument; `field` is the key.
Result<Opening> readOpening(const QByteArray& line);

}  // namespace studio::ui

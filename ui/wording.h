// ui/wording.h - the sentences that several widgets share: stages, durations, what an error means.
#pragma once
#include <QCoreApplication>
#include <QString>
#include <optional>

#include "app/events.h"

namespace studio::ui {

class Wording {
    Q_DECLARE_TR_FUNCTIONS(studio::ui::Wording)
  public:
    /// "Denoising, step 2 of 4": what is being done now.
    static QString stage(const StageProgress& progress);
    /// "about 8 s left", or empty while nothing is known.
    static QString timeLeft(std::optional<double> left_s);
    /// "8 s", "2 min 05 s".
    static QString duration(double seconds);
    /// "2.1 s": how long a clip plays, in the language's own digits and separators.
    static QString clipLength(int num_frames, double fps);
    /// The headline of an error; the error's own message and fix say the rest.
    static QString errorTitle(ErrorCode code);
    static QString engineState(EngineStateChanged::State state);
};

inline QString clipLengthText(int num_frames, double fps) {
    return Wording::clipLength(num_frames, fps);
}
inline QString fromUtf8(const std::string& text) {
    return QString::fromUtf8(text.data(), qsizetype(text.size()));
}

}  // namespace studio::ui

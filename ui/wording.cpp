#include "ui/wording.h"

#include <QLocale>
#include <algorithm>
#include <cmath>

namespace studio::ui {

QString Wording::stage(const StageProgress& progress) {
    switch (progress.stage) {
        case Stage::kLoad:
            return tr("Loading the model");
        case Stage::kText:
            return tr("Reading the prompt");
        case Stage::kImage:
            return tr("Reading the image");
        case Stage::kDenoise:
            if (progress.total <= 0) return tr("Denoising");
            return tr("Denoising, step %1 of %2").arg(std::min(progress.done + 1, progress.total)).arg(progress.total);
        case Stage::kDecode:
            return tr("Decoding the pictures");
        case Stage::kSave:
            return tr("Saving the video");
    }
    return {};
}

QString Wording::duration(double seconds) {
    const qint64 whole = std::max<qint64>(1, std::llround(seconds));
    if (whole < 60) return tr("%1 s").arg(whole);
    if (whole < 3600) return tr("%1 min %2 s").arg(whole / 60).arg(whole % 60, 2, 10, QLatin1Char('0'));
    return tr("%1 h %2 min").arg(whole / 3600).arg(whole / 60 % 60, 2, 10, QLatin1Char('0'));
}

QString Wording::timeLeft(std::optional<double> left_s) {
    if (!left_s || !std::isfinite(*left_s) || *left_s < 0) return {};
    return tr("about %1 left").arg(duration(*left_s));
}

QString Wording::clipLength(int num_frames, double fps) {
    if (!(fps > 0)) return tr("%n frame(s)", nullptr, num_frames);
    return tr("%1 s").arg(QLocale().toString(num_frames / fps, 'f', 1));
}

QString Wording::errorTitle(ErrorCode code) {
    switch (code) {
        case ErrorCode::kInvalidArgument:
            return tr("Something in the settings needs a change");
        case ErrorCode::kNotFound:
            return tr("Something is missing");
        case ErrorCode::kUnsupported:
            return tr("This is not supported");
        case ErrorCode::kCorruptFile:
            return tr("A file is damaged");
        case ErrorCode::kIo:
            return tr("A file could not be read or written");
        case ErrorCode::kOutOfMemory:
            return tr("There is not enough memory");
        case ErrorCode::kDeviceUnavailable:
            return tr("The graphics processor cannot be used");
        case ErrorCode::kDeviceFailure:
            return tr("The graphics processor failed");
        case ErrorCode::kCancelled:
            return tr("Cancelled");
        case ErrorCode::kInternal:
            return tr("The program made a mistake");
    }
    return tr("The program made a mistake");
}

QString Wording::engineState(EngineStateChanged::State state) {
    switch (state) {
        case EngineStateChanged::State::kStarting:
            return tr("Engine is starting");
        case EngineStateChanged::State::kIdle:
            return tr("Ready");
        case EngineStateChanged::State::kBusy:
            return tr("Working");
        case EngineStateChanged::State::kFaulted:
            return tr("Engine failed: restart the program");
        case EngineStateChanged::State::kStopped:
            return tr("Engine stopped");
    }
    return {};
}

}  // namespace studio::ui

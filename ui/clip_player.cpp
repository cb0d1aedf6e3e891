#include "ui/clip_player.h"

#include <algorithm>
#include <cmath>

namespace studio::ui {

ClipPlayer::ClipPlayer(QObject* parent) : QObject(parent) {
    timer_.setTimerType(Qt::PreciseTimer);
    timer_.setSingleShot(true);
    connect(&timer_, &QTimer::timeout, this, &ClipPlayer::tick);
}

void ClipPlayer::setClip(FilmStripPtr clip) {
    pause();
    clip_ = std::move(clip);
    frame_ = 0;
    Q_EMIT clipChanged();
    Q_EMIT frameChanged(frame_);
}

void ClipPlayer::replaceClip(FilmStripPtr clip) {
    clip_ = std::move(clip);
    frame_ = std::clamp(frame_, 0, std::max(0, frameCount() - 1));
    if (!clip_) pause();
    if (is_playing_) restartClock();
    Q_EMIT clipChanged();
    Q_EMIT frameChanged(frame_);
}

void ClipPlayer::play() {
    if (is_playing_ && rate_ == speed_) return;
    playAt(speed_);
}

void ClipPlayer::playAt(double rate) {
    if (!clip_) return;
    setRate(rate);
    const int end = rate > 0 ? frameCount() - 1 : 0;
    if (!is_looping_ && !is_playing_ && frame_ == end) show(frameCount() - 1 - end);
    setPlaying(true);
    restartClock();
}

void ClipPlayer::setSpeed(double speed) {
    speed_ = std::clamp(speed, kMinSpeed, kMaxSpeed);
    setRate(speed_);
    if (is_playing_) restartClock();
    Q_EMIT rateChanged();
}

void ClipPlayer::shuttle(int direction) {
    if (direction == 0) return pause();
    const bool is_further = is_playing_ && rate_ * direction > 0;
    playAt(is_further ? direction * std::min(std::abs(rate_) * 2, kMaxShuttle) : direction);
}

void ClipPlayer::setRate(double rate) {
    if (rate == rate_) return;
    rate_ = rate;
    Q_EMIT rateChanged();
}

void ClipPlayer::pause() {
    timer_.stop();
    setPlaying(false);
}

void ClipPlayer::step(int delta) {
    if (!clip_) return;
    pause();
    const int count = frameCount();
    show(((frame_ + delta) % count + count) % count);
}

void ClipPlayer::seek(int frame) {
    if (!clip_) return;
    show(std::clamp(frame, 0, frameCount() - 1));
    if (is_playing_) restartClock();
}

void ClipPlayer::restartClock() {
    clock_frame_ = frame_;
    clock_.start();
    scheduleTick();
}

void ClipPlayer::scheduleTick() {
    const double elapsed_ms = double(clock_.nsecsElapsed()) / 1e6;
    const double frame_ms = 1000.0 / (clip_->fps * std::abs(rate_));
    const double next_ms = (std::floor(elapsed_ms / frame_ms) + 1) * frame_ms;
    timer_.start(std::clamp(int(std::ceil(next_ms - elapsed_ms)), 1, 1000));
}

void ClipPlayer::tick() {
    if (!clip_ || !is_playing_) return;
    const qint64 passed = qint64(double(clock_.nsecsElapsed()) / 1e9 * clip_->fps * std::abs(rate_));
    const qint64 wanted = rate_ > 0 ? clock_frame_ + passed : clock_frame_ - passed;
    const int count = frameCount();
    const int end = rate_ > 0 ? count - 1 : 0;
    if (!is_looping_ && (rate_ > 0 ? wanted >= end : wanted <= end)) {
        show(end);
        pause();
        return;
    }
    show(int(((wanted % count) + count) % count));
    if (is_playing_) scheduleTick();
}

void ClipPlayer::show(int frame) {
    if (frame == frame_) return;
    frame_ = frame;
    Q_EMIT frameChanged(frame_);
}

void ClipPlayer::setPlaying(bool is_playing) {
    if (is_playing == is_playing_) return;
    is_playing_ = is_playing;
    Q_EMIT playingChanged(is_playing_);
}

}  // namespace studio::ui

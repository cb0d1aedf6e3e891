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
    if (!clip_ || is_playing_) return;
    if (!is_looping_ && frame_ == frameCount() - 1) show(0);
    setPlaying(true);
    restartClock();
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
    const double frame_ms = 1000.0 / clip_->fps;
    const double next_ms = (std::floor(elapsed_ms / frame_ms) + 1) * frame_ms;
    timer_.start(std::clamp(int(std::ceil(next_ms - elapsed_ms)), 1, 1000));
}

void ClipPlayer::tick() {
    if (!clip_ || !is_playing_) return;
    const qint64 passed = qint64(double(clock_.nsecsElapsed()) / 1e9 * clip_->fps);
    const int count = frameCount();
    if (!is_looping_ && clock_frame_ + passed >= count - 1) {
        show(count - 1);
        pause();
        return;
    }
    show(int((clock_frame_ + passed) % count));
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

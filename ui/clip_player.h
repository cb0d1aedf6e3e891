// ui/clip_player.h - which picture of a clip is showing: play at any speed and direction, loop, seek and exact frame
// steps. No widgets.
#pragma once
#include <QElapsedTimer>
#include <QImage>
#include <QObject>
#include <QTimer>

#include "ui/film_strip.h"

namespace studio::ui {

/// Plays by the clock, not by counting ticks: a busy machine shows fewer pictures and never a slower video.
/// Threads   GUI thread.
class ClipPlayer : public QObject {
    Q_OBJECT
  public:
    static constexpr double kMinSpeed = 0.25, kMaxSpeed = 2, kMaxShuttle = 8;

    explicit ClipPlayer(QObject* parent = nullptr);

    /// Show the first picture of a clip, paused; null empties the player.
    void setClip(FilmStripPtr clip);
    /// Exchange the pictures while the position and the playing go on: for previews that get better.
    void replaceClip(FilmStripPtr clip);
    const FilmStripPtr& clip() const { return clip_; }

    void play();
    void pause();
    void togglePlaying() { is_playing_ ? pause() : play(); }
    /// Pause and move by whole frames, around the ends.
    void step(int delta);
    /// Move to a frame (clamped); playing goes on from there.
    void seek(int frame);
    void setLooping(bool looping) { is_looping_ = looping; }
    /// How fast play() plays, kMinSpeed to kMaxSpeed (clamped); acts at once.
    void setSpeed(double speed);
    double speed() const { return speed_; }
    /// As with J, K, L of editors: play on (1) or backwards (-1), and twice as fast with every further call up to
    /// kMaxShuttle; 0 pauses. play() goes back to the chosen speed.
    void shuttle(int direction);
    /// What is playing: frames of the clip per frame time, negative backwards.
    double rate() const { return rate_; }

    bool isPlaying() const { return is_playing_; }
    bool isLooping() const { return is_looping_; }
    int frame() const { return frame_; }
    int frameCount() const { return clip_ ? int(clip_->frames.size()) : 0; }
    double fps() const { return clip_ ? clip_->fps : 0; }
    QImage image() const { return clip_ ? clip_->frames[std::size_t(frame_)] : QImage(); }

  Q_SIGNALS:
    void clipChanged();
    void frameChanged(int frame);
    void playingChanged(bool is_playing);
    /// The speed or the rate of playing is another one.
    void rateChanged();

  private:
    void tick();
    void restartClock();
    void scheduleTick();
    void show(int frame);
    void setPlaying(bool is_playing);
    void setRate(double rate);
    void playAt(double rate);

    FilmStripPtr clip_;
    QTimer timer_;
    QElapsedTimer clock_;
    int clock_frame_ = 0;  // the frame that was showing when the clock started
    int frame_ = 0;
    double speed_ = 1;
    double rate_ = 1;
    bool is_playing_ = false;
    bool is_looping_ = true;
};

}  // namespace studio::ui

// ui/widgets/scrub_strip.h - small pictures over the timeline: the whole clip as a strip, the pointed-at frame larger.
#pragma once
#include <QHash>
#include <QWidget>

#include "ui/film_strip.h"

namespace studio::ui {

/// Small pictures are made when they are first needed, and kept while the clip is the same.
/// Threads   GUI thread.
class ScrubStrip : public QWidget {
    Q_OBJECT
  public:
    static constexpr int kHeight = 104;

    explicit ScrubStrip(QWidget* parent = nullptr);

    void setClip(const FilmStripPtr& clip);
    /// `x` is where the frame lies on the timeline, in this widget's coordinates.
    void point(int frame, double x);
    int frame() const { return frame_; }
    /// How many small pictures were made so far, for tests.
    int made() const { return int(small_.size()); }

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    const QImage& small(int frame, int height);

    FilmStripPtr clip_;
    QHash<int, QImage> small_;  // by frame, and by -1 - frame for the large ones
    int frame_ = 0;
    double x_ = 0;
};

}  // namespace studio::ui

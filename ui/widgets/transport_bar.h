// ui/widgets/transport_bar.h - the buttons and the timeline under a picture that moves.
#pragma once
#include <QLabel>
#include <QToolButton>
#include <QWidget>

#include "ui/clip_player.h"
#include "ui/widgets/timeline.h"

namespace studio::ui {

/// Ownership  the player must outlive it.   Threads  GUI thread.
class TransportBar : public QWidget {
    Q_OBJECT
  public:
    explicit TransportBar(ClipPlayer& player, QWidget* parent = nullptr);

    /// A preview has no position worth telling.
    void setPreview(bool is_preview);
    void setActualSize(bool is_actual);
    void setFullScreen(bool is_full_screen);
    Timeline& timeline() { return *timeline_; }

  Q_SIGNALS:
    void actualSizeWanted(bool is_actual);
    void fullScreenWanted(bool is_full_screen);
    /// The mouse is over a frame of the timeline; x in the timeline's coordinates.
    void hovered(int frame, double x);
    void hoverEnded();

  private:
    void makeButtons();
    void makeSpeedMenu();
    void connectPlayer();
    void connectTimeline();
    void updateClip();
    void updateReadout();
    void updateSpeed();

    ClipPlayer& player_;
    Timeline* timeline_;
    QToolButton *play_, *back_, *forward_, *loop_, *speed_, *actual_, *full_;
    QLabel* readout_;
    bool is_preview_ = false;
    bool was_playing_ = false;  // when the hand took the slider
};

/// A flat button with an icon, as the stage has them.
QToolButton* makeFlatButton(const char* object_name, const QString& name, const QString& tip, const QIcon& icon);

}  // namespace studio::ui

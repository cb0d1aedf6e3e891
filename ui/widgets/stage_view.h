// ui/widgets/stage_view.h - the middle of the window: invitation, live preview, and the player that loops a result.
#pragma once
#include <QLabel>
#include <QSlider>
#include <QStackedLayout>
#include <QToolButton>
#include <QWidget>

#include "ui/clip_player.h"
#include "ui/widgets/empty_stage.h"
#include "ui/widgets/frame_canvas.h"

namespace studio::ui {

/// Keys while the stage has the focus: Space plays and pauses, comma and full stop (or left and right) go one frame,
/// Home and End go to the ends. Threads   GUI thread.
class StageView : public QWidget {
    Q_OBJECT
  public:
    explicit StageView(QWidget* parent = nullptr);

    EmptyStage& empty() { return *empty_; }
    ClipPlayer& player() { return player_; }
    FrameCanvas& canvas() { return *canvas_; }

    /// Play a finished video from its first frame. `name` is for screen readers.
    void showClip(const FilmStripPtr& clip, const QString& name);
    /// A job has begun: an empty frame of that shape until the first preview comes.
    void showWaiting(QSize shape);
    /// Loop a preview; a better one takes over at the same place.
    void showPreview(const FilmStripPtr& pictures, const QString& badge);
    /// Nothing to show: the invitation.
    void showEmpty();
    bool isShowingPreview() const { return is_preview_; }
    bool isEmpty() const { return pages_->currentWidget() == empty_; }

  Q_SIGNALS:
    void reuseRequested();
    void folderRequested();

  protected:
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;

  private:
    QWidget* makeTransport();
    QToolButton* makeButton(const char* object_name, const QString& name, const QString& tip, QIcon icon);
    void connectPlayer();
    void updateTransport();
    void updateReadout();

    ClipPlayer player_;
    QStackedLayout* pages_;
    EmptyStage* empty_;
    FrameCanvas* canvas_;
    QWidget* transport_;
    QToolButton *play_, *back_, *forward_, *loop_, *reuse_, *folder_;
    QSlider* timeline_;
    QLabel* readout_;
    bool is_preview_ = false;
};

}  // namespace studio::ui

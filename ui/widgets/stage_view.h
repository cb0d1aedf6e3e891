// ui/widgets/stage_view.h - the middle of the window: invitation, live preview, the player that loops a result, two
// results compared, and whatever page is laid over them.
#pragma once
#include <QStackedLayout>
#include <QWidget>
#include <functional>

#include "ui/clip_player.h"
#include "ui/widgets/compare_bar.h"
#include "ui/widgets/empty_stage.h"
#include "ui/widgets/frame_canvas.h"
#include "ui/widgets/result_bar.h"
#include "ui/widgets/scrub_strip.h"
#include "ui/widgets/transport_bar.h"

namespace studio::ui {

class Actions;

/// A click on the picture plays and pauses, a double click fills the screen. Its keys are commands (addCommands).
/// Threads   GUI thread.
class StageView : public QWidget {
    Q_OBJECT
  public:
    explicit StageView(QWidget* parent = nullptr);

    EmptyStage& empty() { return *empty_; }
    ClipPlayer& player() { return player_; }
    FrameCanvas& canvas() { return *canvas_; }
    ResultBar& results() { return *results_; }
    ScrubStrip& strip() { return *strip_; }
    /// Register the keys of the player; they act while the focus is on the stage or the full screen.
    void addCommands(Actions& actions);

    /// Play a finished video from its first frame. `name` is for screen readers.
    void showClip(const FilmStripPtr& clip, const QString& name);
    /// Two videos locked to the same time; the shorter one holds its last picture.
    void showPair(const FilmStripPtr& first, const QString& first_name, const FilmStripPtr& second,
                  const QString& second_name);
    bool isComparing() const { return bool(other_); }
    /// A job has begun: an empty frame of that shape until the first preview comes.
    void showWaiting(QSize shape);
    /// Loop a preview; a better one takes over at the same place.
    void showPreview(const FilmStripPtr& pictures, const QString& badge);
    /// Nothing to show: the invitation.
    void showEmpty();
    /// Another widget in place of the picture; taken as a child at the first call.
    void showPage(QWidget* page);
    bool isShowingPage() const { return !isEmpty() && pages_->currentWidget() != canvas_; }
    bool isShowingPreview() const { return is_preview_; }
    bool isEmpty() const { return pages_->currentWidget() == empty_; }

    void setFullScreen(bool is_full_screen);
    bool isFullScreen() const { return screen_ != nullptr; }
    /// The panel in its own window while the screen is full; null otherwise.
    QWidget* screen() { return screen_; }
    void setActualSize(bool is_actual);

  Q_SIGNALS:
    /// Comparing was ended by the person: show the first one alone.
    void compareEnded();

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void makePanel();
    void connectPlayer();
    void connectCanvas();
    void showOtherFrame();
    void endPair();
    void swapPair();
    void updateParts();
    void placeStrip(int frame, double x);
    void seekSeconds(double seconds);

    ClipPlayer player_;
    QWidget* panel_;  // everything that goes to the full screen
    QStackedLayout* pages_;
    EmptyStage* empty_;
    FrameCanvas* canvas_;
    CompareBar* compare_;
    TransportBar* transport_;
    ScrubStrip* strip_;
    ResultBar* results_;
    QWidget* screen_ = nullptr;
    FilmStripPtr other_;  // the second clip of a comparison
    QString name_, other_name_;
    bool is_preview_ = false;
};

}  // namespace studio::ui

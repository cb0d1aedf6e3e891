#include "ui/widgets/stage_view.h"

#include <QKeyEvent>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "ui/actions.h"
#include "ui/theme/motion.h"
#include "ui/theme/theme.h"

namespace studio::ui {

StageView::StageView(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("stage"));
    setAccessibleName(tr("Stage"));
    makePanel();
    results_ = new ResultBar;
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid / 2);
    layout->addWidget(panel_, 1);
    layout->addWidget(results_);
    setFocusProxy(panel_);
    connectPlayer();
    connectCanvas();
    updateParts();
}

void StageView::makePanel() {
    panel_ = new QWidget;
    panel_->setObjectName(QStringLiteral("stagePanel"));
    panel_->setAttribute(Qt::WA_StyledBackground);  // draws its ring when it has the focus
    panel_->setAccessibleName(tr("Stage"));
    panel_->setFocusPolicy(Qt::StrongFocus);
    auto* pages = new QWidget;
    pages_ = new QStackedLayout(pages);
    empty_ = new EmptyStage;
    empty_->setObjectName(QStringLiteral("emptyStage"));
    canvas_ = new FrameCanvas;
    canvas_->setObjectName(QStringLiteral("canvas"));
    pages_->addWidget(empty_);
    pages_->addWidget(canvas_);
    compare_ = new CompareBar(*canvas_);
    transport_ = new TransportBar(player_);
    auto* layout = new QVBoxLayout(panel_);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid / 2);
    layout->addWidget(pages, 1);
    layout->addWidget(compare_);
    layout->addWidget(transport_);
    strip_ = new ScrubStrip(panel_);
}

void StageView::connectPlayer() {
    connect(&player_, &ClipPlayer::frameChanged, this, [this] {
        canvas_->setImage(player_.image());
        if (other_) showOtherFrame();
    });
    connect(&player_, &ClipPlayer::clipChanged, this, [this] {
        strip_->setClip(player_.clip());
        updateParts();
    });
    connect(transport_, &TransportBar::hovered, this, &StageView::placeStrip);
    connect(transport_, &TransportBar::hoverEnded, strip_, &QWidget::hide);
    connect(transport_, &TransportBar::actualSizeWanted, this, &StageView::setActualSize);
    connect(transport_, &TransportBar::fullScreenWanted, this, &StageView::setFullScreen);
}

void StageView::connectCanvas() {
    connect(canvas_, &FrameCanvas::clicked, &player_, &ClipPlayer::togglePlaying);
    connect(canvas_, &FrameCanvas::doubleClicked, this, [this] {
        player_.togglePlaying();  // takes the first click of the two back
        setFullScreen(!isFullScreen());
    });
    connect(compare_, &CompareBar::swapWanted, this, &StageView::swapPair);
    connect(compare_, &CompareBar::closeWanted, this, [this] {
        endPair();
        Q_EMIT compareEnded();
    });
}

void StageView::showClip(const FilmStripPtr& clip, const QString& name) {
    endPair();
    is_preview_ = false;
    name_ = name;
    canvas_->setBadge({});
    canvas_->setAccessibleName(tr("Video: %1").arg(name));
    pages_->setCurrentWidget(canvas_);
    player_.setClip(clip);
    if (!Motion::instance().isReduced()) player_.play();
}

void StageView::showPair(const FilmStripPtr& first, const QString& first_name, const FilmStripPtr& second,
                         const QString& second_name) {
    showClip(first, first_name);
    other_ = second;
    other_name_ = second_name;
    canvas_->setBadge(tr("A  ·  %1").arg(first_name));
    canvas_->setOtherBadge(tr("B  ·  %1").arg(second_name));
    canvas_->setAccessibleName(tr("Two videos: %1, and %2").arg(first_name, second_name));
    compare_->begin();
    showOtherFrame();
    updateParts();
}

/// The picture of the second clip at the same time.
void StageView::showOtherFrame() {
    const double seconds = player_.fps() > 0 ? player_.frame() / player_.fps() : 0;
    const int last = int(other_->frames.size()) - 1;
    canvas_->setOther(other_->frames[std::size_t(std::clamp(int(std::lround(seconds * other_->fps)), 0, last))]);
}

void StageView::endPair() {
    if (!other_) return;
    other_.reset();
    compare_->end();
    canvas_->setBadge({});
    canvas_->setOtherBadge({});
}

void StageView::swapPair() {
    const FilmStripPtr first = other_;
    const FilmStripPtr second = player_.clip();
    const QString first_name = other_name_;
    const double seconds = player_.frame() / player_.fps();
    showPair(first, first_name, second, QString(name_));
    player_.seek(int(std::lround(seconds * player_.fps())));
}

void StageView::showWaiting(QSize shape) {
    endPair();
    is_preview_ = true;
    canvas_->setPlaceholder(shape);
    canvas_->setBadge({});
    canvas_->setAccessibleName(tr("Preview"));
    pages_->setCurrentWidget(canvas_);
    player_.setClip(nullptr);
}

void StageView::showPreview(const FilmStripPtr& pictures, const QString& badge) {
    endPair();
    is_preview_ = true;
    canvas_->setBadge(badge);
    pages_->setCurrentWidget(canvas_);
    player_.replaceClip(pictures);
    if (!Motion::instance().isReduced()) player_.play();
}

void StageView::showEmpty() {
    endPair();
    is_preview_ = false;
    player_.setClip(nullptr);
    pages_->setCurrentWidget(empty_);
    updateParts();
}

void StageView::showPage(QWidget* page) {
    setFullScreen(false);
    endPair();
    is_preview_ = false;
    if (pages_->indexOf(page) < 0) pages_->addWidget(page);
    player_.pause();
    pages_->setCurrentWidget(page);
    updateParts();
}

void StageView::updateParts() {
    const bool is_picture = pages_->currentWidget() == canvas_;
    transport_->setPreview(is_preview_);
    transport_->setVisible(is_picture);
    results_->setVisible(is_picture && !is_preview_ && !other_ && player_.frameCount() > 0);
    if (!is_picture) strip_->hide();
}

void StageView::placeStrip(int frame, double x) {
    if (is_preview_ || player_.frameCount() < 2) return;
    const Timeline& timeline = transport_->timeline();
    const QPoint corner = timeline.mapTo(panel_, QPoint(0, 0));
    strip_->setGeometry(corner.x(), corner.y() - ScrubStrip::kHeight, timeline.width(), ScrubStrip::kHeight);
    strip_->point(frame, x);
}

void StageView::seekSeconds(double seconds) {
    player_.seek(player_.frame() + int(std::lround(seconds * player_.fps())));
}

void StageView::setActualSize(bool is_actual) {
    canvas_->setZoom(is_actual ? FrameCanvas::Zoom::kActual : FrameCanvas::Zoom::kFit);
    transport_->setActualSize(is_actual);
}

void StageView::setFullScreen(bool is_full_screen) {
    if (is_full_screen == isFullScreen()) return;
    strip_->hide();
    if (is_full_screen) {
        screen_ = new QWidget(this, Qt::Window);
        screen_->setObjectName(QStringLiteral("fullScreen"));
        screen_->setWindowTitle(tr("Turbo Studio"));
        screen_->installEventFilter(this);
        auto* layout = new QVBoxLayout(screen_);
        layout->setContentsMargins(kGrid, kGrid, kGrid, kGrid);
        layout->addWidget(panel_);
        screen_->showFullScreen();
    } else {
        static_cast<QVBoxLayout*>(layout())->insertWidget(0, panel_, 1);
        std::exchange(screen_, nullptr)->deleteLater();
    }
    panel_->show();
    panel_->setFocus();
    transport_->setFullScreen(is_full_screen);
}

/// Escape or the window's own way of closing lead back.
bool StageView::eventFilter(QObject* watched, QEvent* event) {
    if (watched != screen_) return QWidget::eventFilter(watched, event);
    const bool is_key = event->type() == QEvent::KeyPress || event->type() == QEvent::ShortcutOverride;
    const bool is_escape = is_key && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape;
    if (is_escape && event->type() == QEvent::ShortcutOverride) {
        event->accept();  // in the window Escape cancels the running job
        return true;
    }
    if (!is_escape && event->type() != QEvent::Close) return false;
    event->ignore();
    setFullScreen(false);
    return true;
}

void StageView::addCommands(Actions& actions) {
    actions.addPlace(ActionPlace::kStage, panel_);
    const auto add = [&](const char* id, const char* text, const QList<QKeySequence>& keys, std::function<void()> run) {
        actions.add({id, text, "", keys, ActionPlace::kStage}, std::move(run));
    };
    add("player.play", QT_TRANSLATE_NOOP("Actions", "Play or pause"), {Qt::Key_Space},
        [this] { player_.togglePlaying(); });
    add("player.back", QT_TRANSLATE_NOOP("Actions", "Play backwards, then faster"), {Qt::Key_J},
        [this] { player_.shuttle(-1); });
    add("player.stop", QT_TRANSLATE_NOOP("Actions", "Pause"), {Qt::Key_K}, [this] { player_.shuttle(0); });
    add("player.forward", QT_TRANSLATE_NOOP("Actions", "Play on, then faster"), {Qt::Key_L},
        [this] { player_.shuttle(1); });
    add("player.frame_back", QT_TRANSLATE_NOOP("Actions", "One frame back"), {Qt::Key_Left, Qt::Key_Comma},
        [this] { player_.step(-1); });
    add("player.frame_on", QT_TRANSLATE_NOOP("Actions", "One frame on"), {Qt::Key_Right, Qt::Key_Period},
        [this] { player_.step(1); });
    add("player.second_back", QT_TRANSLATE_NOOP("Actions", "One second back"), {Qt::SHIFT | Qt::Key_Left},
        [this] { seekSeconds(-1); });
    add("player.second_on", QT_TRANSLATE_NOOP("Actions", "One second on"), {Qt::SHIFT | Qt::Key_Right},
        [this] { seekSeconds(1); });
    add("player.start", QT_TRANSLATE_NOOP("Actions", "To the first frame"), {Qt::Key_Home},
        [this] { player_.seek(0); });
    add("player.end", QT_TRANSLATE_NOOP("Actions", "To the last frame"), {Qt::Key_End},
        [this] { player_.seek(player_.frameCount() - 1); });
    add("player.actual_size", QT_TRANSLATE_NOOP("Actions", "Fit or actual size"), {Qt::Key_Z},
        [this] { setActualSize(canvas_->zoom() == FrameCanvas::Zoom::kFit); });
    const char* const full = "view.fullscreen";
    // Only this one of the window's commands reaches the full screen: there Escape must lead back, not cancel a job.
    panel_->addAction(actions.add({full, QT_TRANSLATE_NOOP("Actions", "Full screen"), "", {Qt::Key_F11}}, [this] {
        if (isFullScreen() || player_.frameCount() > 0) setFullScreen(!isFullScreen());
    }));
}

}  // namespace studio::ui

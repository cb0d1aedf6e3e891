#include "ui/widgets/stage_view.h"

#include <QKeyEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QVBoxLayout>

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

namespace studio::ui {

StageView::StageView(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("stage"));
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Stage"));
    auto* pages = new QWidget;
    pages_ = new QStackedLayout(pages);
    empty_ = new EmptyStage;
    empty_->setObjectName(QStringLiteral("emptyStage"));
    canvas_ = new FrameCanvas;
    canvas_->setObjectName(QStringLiteral("canvas"));
    pages_->addWidget(empty_);
    pages_->addWidget(canvas_);
    transport_ = makeTransport();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    layout->addWidget(pages, 1);
    layout->addWidget(transport_);
    connectPlayer();
    updateTransport();
}

QToolButton* StageView::makeButton(const char* object_name, const QString& name, const QString& tip, QIcon icon) {
    auto* button = new QToolButton;
    button->setObjectName(QLatin1String(object_name));
    button->setProperty("role", "flat");
    button->setIcon(icon);
    button->setIconSize(QSize(20, 20));
    button->setAccessibleName(name);
    button->setToolTip(tip);
    return button;
}

QWidget* StageView::makeTransport() {
    auto* bar = new QWidget;
    auto* layout = new QHBoxLayout(bar);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid / 2);
    play_ = makeButton("playButton", tr("Play"), tr("Play or pause (Space)"), makeIcon(Glyph::kPlay));
    back_ = makeButton("backButton", tr("One frame back"), tr("One frame back (comma)"), makeIcon(Glyph::kStepBack));
    forward_ =
        makeButton("forwardButton", tr("One frame on"), tr("One frame on (full stop)"), makeIcon(Glyph::kStepForward));
    loop_ = makeButton("loopButton", tr("Loop"), tr("Begin again at the end"), makeIcon(Glyph::kLoop));
    loop_->setCheckable(true);
    loop_->setChecked(true);
    timeline_ = new QSlider(Qt::Horizontal);
    timeline_->setObjectName(QStringLiteral("timeline"));
    timeline_->setAccessibleName(tr("Position in the video"));
    timeline_->setMinimumHeight(3 * kGrid);
    readout_ = new QLabel;
    readout_->setObjectName(QStringLiteral("frameReadout"));
    readout_->setProperty("role", "hint");
    readout_->setTextFormat(Qt::PlainText);
    reuse_ = makeButton("reuseButton", tr("Use these settings again"),
                        tr("Put this video's prompt, settings and seed into the panel"), makeIcon(Glyph::kReuse));
    folder_ = makeButton("folderButton", tr("Show in folder"), tr("Open the folder that this video is in"),
                         makeIcon(Glyph::kFolder));
    for (QWidget* widget :
         {static_cast<QWidget*>(back_), static_cast<QWidget*>(play_), static_cast<QWidget*>(forward_)})
        layout->addWidget(widget);
    layout->addSpacing(kGrid);
    layout->addWidget(timeline_, 1);
    layout->addSpacing(kGrid);
    layout->addWidget(readout_);
    layout->addSpacing(kGrid);
    for (QWidget* widget : {loop_, reuse_, folder_})
        layout->addWidget(widget);
    return bar;
}

void StageView::connectPlayer() {
    connect(&player_, &ClipPlayer::frameChanged, this, [this](int frame) {
        canvas_->setImage(player_.image());
        if (!timeline_->isSliderDown()) timeline_->setValue(frame);
        updateReadout();
    });
    connect(&player_, &ClipPlayer::clipChanged, this, &StageView::updateTransport);
    connect(&player_, &ClipPlayer::playingChanged, this, [this](bool is_playing) {
        play_->setIcon(makeIcon(is_playing ? Glyph::kPause : Glyph::kPlay));
        play_->setAccessibleName(is_playing ? tr("Pause") : tr("Play"));
    });
    connect(play_, &QToolButton::clicked, &player_, &ClipPlayer::togglePlaying);
    connect(back_, &QToolButton::clicked, this, [this] { player_.step(-1); });
    connect(forward_, &QToolButton::clicked, this, [this] { player_.step(1); });
    connect(loop_, &QToolButton::toggled, &player_, &ClipPlayer::setLooping);
    // Only what the person does moves the clip: valueChanged also speaks when the clip moves the slider.
    connect(timeline_, &QSlider::sliderMoved, &player_, &ClipPlayer::seek);
    connect(timeline_, &QSlider::actionTriggered, this, [this](int action) {
        if (action != QAbstractSlider::SliderMove) player_.seek(timeline_->sliderPosition());
    });
    connect(reuse_, &QToolButton::clicked, this, &StageView::reuseRequested);
    connect(folder_, &QToolButton::clicked, this, &StageView::folderRequested);
}

void StageView::showClip(const FilmStripPtr& clip, const QString& name) {
    is_preview_ = false;
    canvas_->setBadge({});
    canvas_->setAccessibleName(tr("Video: %1").arg(name));
    pages_->setCurrentWidget(canvas_);
    player_.setClip(clip);
    player_.play();
}

void StageView::showWaiting(QSize shape) {
    is_preview_ = true;
    canvas_->setPlaceholder(shape);
    canvas_->setBadge({});
    canvas_->setAccessibleName(tr("Preview"));
    pages_->setCurrentWidget(canvas_);
    player_.setClip(nullptr);
}

void StageView::showPreview(const FilmStripPtr& pictures, const QString& badge) {
    is_preview_ = true;
    canvas_->setBadge(badge);
    pages_->setCurrentWidget(canvas_);
    player_.replaceClip(pictures);
    player_.play();
}

void StageView::showEmpty() {
    is_preview_ = false;
    player_.setClip(nullptr);
    pages_->setCurrentWidget(empty_);
    updateTransport();
}

void StageView::updateTransport() {
    const bool has_clip = player_.frameCount() > 0;
    transport_->setVisible(pages_->currentWidget() == canvas_);
    for (QWidget* widget : {static_cast<QWidget*>(play_), static_cast<QWidget*>(back_), static_cast<QWidget*>(forward_),
                            static_cast<QWidget*>(timeline_)})
        widget->setEnabled(has_clip);
    for (QToolButton* button : {reuse_, folder_})
        button->setEnabled(has_clip && !is_preview_);
    timeline_->setRange(0, std::max(0, player_.frameCount() - 1));
    updateReadout();
}

void StageView::updateReadout() {
    const int count = player_.frameCount();
    if (count == 0 || is_preview_) {
        readout_->clear();
        return;
    }
    const QString seconds = QLocale().toString(player_.frame() / player_.fps(), 'f', 2);
    readout_->setText(tr("%1 s  ·  frame %2 of %3").arg(seconds).arg(player_.frame() + 1).arg(count));
    // As wide as it can get, so that the timeline does not tremble while the digits change.
    const QString widest =
        tr("%1 s  ·  frame %2 of %3").arg(QLocale().toString(count / player_.fps(), 'f', 2)).arg(count).arg(count);
    readout_->setMinimumWidth(readout_->fontMetrics().horizontalAdvance(widest) + kGrid);
}

void StageView::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
        case Qt::Key_Space:
            player_.togglePlaying();
            return;
        case Qt::Key_Comma:
        case Qt::Key_Left:
            player_.step(-1);
            return;
        case Qt::Key_Period:
        case Qt::Key_Right:
            player_.step(1);
            return;
        case Qt::Key_Home:
            player_.seek(0);
            return;
        case Qt::Key_End:
            player_.seek(player_.frameCount() - 1);
            return;
        default:
            QWidget::keyPressEvent(event);
    }
}

void StageView::mousePressEvent(QMouseEvent* event) {
    // A click on the picture plays and pauses, as in every player.
    if (event->button() == Qt::LeftButton && canvas_->isVisible() && canvas_->geometry().contains(event->pos()))
        player_.togglePlaying();
    QWidget::mousePressEvent(event);
}

}  // namespace studio::ui

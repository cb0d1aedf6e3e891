#include "ui/widgets/transport_bar.h"

#include <QActionGroup>
#include <QHBoxLayout>
#include <QLocale>
#include <QMenu>
#include <QVBoxLayout>

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

namespace studio::ui {

namespace {
constexpr double kSpeeds[] = {0.25, 0.5, 0.75, 1, 1.25, 1.5, 2};

QString speedText(double speed) {
    return TransportBar::tr("%1×").arg(QLocale().toString(speed, 'g', 3));
}
}  // namespace

QToolButton* makeFlatButton(const char* object_name, const QString& name, const QString& tip, const QIcon& icon) {
    auto* button = new QToolButton;
    button->setObjectName(QLatin1String(object_name));
    button->setProperty("role", "flat");
    button->setIcon(icon);
    button->setIconSize(QSize(20, 20));
    button->setAccessibleName(name);
    button->setToolTip(tip);
    return button;
}

TransportBar::TransportBar(ClipPlayer& player, QWidget* parent) : QWidget(parent), player_(player) {
    timeline_ = new Timeline;
    timeline_->setObjectName(QStringLiteral("timeline"));
    timeline_->setAccessibleName(tr("Position in the video"));
    timeline_->setMinimumHeight(3 * kGrid);
    readout_ = new QLabel;
    readout_->setObjectName(QStringLiteral("frameReadout"));
    readout_->setProperty("role", "hint");
    readout_->setTextFormat(Qt::PlainText);
    makeButtons();
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(kGrid / 2);
    for (QToolButton* button : {back_, play_, forward_, loop_, speed_})
        buttons->addWidget(button);
    buttons->addSpacing(kGrid);
    buttons->addWidget(readout_);
    buttons->addStretch();
    buttons->addWidget(actual_);
    buttons->addWidget(full_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addWidget(timeline_);
    layout->addLayout(buttons);
    connectPlayer();
    connectTimeline();
    updateClip();
    updateSpeed();
}

void TransportBar::makeButtons() {
    play_ = makeFlatButton("playButton", tr("Play"), tr("Play or pause (Space)"), makeIcon(Glyph::kPlay));
    back_ = makeFlatButton("backButton", tr("One frame back"), tr("One frame back (left)"), makeIcon(Glyph::kStepBack));
    forward_ =
        makeFlatButton("forwardButton", tr("One frame on"), tr("One frame on (right)"), makeIcon(Glyph::kStepForward));
    loop_ = makeFlatButton("loopButton", tr("Loop"), tr("Begin again at the end"), makeIcon(Glyph::kLoop));
    loop_->setCheckable(true);
    loop_->setChecked(true);
    actual_ =
        makeFlatButton("actualSizeButton", tr("Actual size"),
                       tr("Show one pixel of the video on one pixel of the screen (Z)"), makeIcon(Glyph::kActualSize));
    actual_->setCheckable(true);
    full_ = makeFlatButton("fullScreenButton", tr("Full screen"), tr("Fill the screen (F11 or double click)"),
                           makeIcon(Glyph::kFullScreen));
    full_->setCheckable(true);
    makeSpeedMenu();
}

void TransportBar::makeSpeedMenu() {
    speed_ = makeFlatButton("speedButton", tr("Speed"), tr("How fast the video plays (J, K and L shuttle)"), {});
    speed_->setToolButtonStyle(Qt::ToolButtonTextOnly);
    speed_->setPopupMode(QToolButton::InstantPopup);
    auto* menu = new QMenu(speed_);
    menu->setObjectName(QStringLiteral("speedMenu"));
    auto* group = new QActionGroup(menu);
    for (const double speed : kSpeeds) {
        QAction* action = menu->addAction(speedText(speed), this, [this, speed] { player_.setSpeed(speed); });
        action->setCheckable(true);
        action->setChecked(speed == player_.speed());
        action->setData(speed);
        group->addAction(action);
    }
    speed_->setMenu(menu);
}

void TransportBar::connectPlayer() {
    connect(&player_, &ClipPlayer::frameChanged, this, [this](int frame) {
        if (!timeline_->isSliderDown()) timeline_->setValue(frame);
        updateReadout();
    });
    connect(&player_, &ClipPlayer::clipChanged, this, &TransportBar::updateClip);
    connect(&player_, &ClipPlayer::rateChanged, this, &TransportBar::updateSpeed);
    connect(&player_, &ClipPlayer::playingChanged, this, [this](bool is_playing) {
        play_->setIcon(makeIcon(is_playing ? Glyph::kPause : Glyph::kPlay));
        play_->setAccessibleName(is_playing ? tr("Pause") : tr("Play"));
    });
    connect(play_, &QToolButton::clicked, &player_, &ClipPlayer::togglePlaying);
    connect(back_, &QToolButton::clicked, this, [this] { player_.step(-1); });
    connect(forward_, &QToolButton::clicked, this, [this] { player_.step(1); });
    connect(loop_, &QToolButton::toggled, &player_, &ClipPlayer::setLooping);
    connect(actual_, &QToolButton::toggled, this, &TransportBar::actualSizeWanted);
    connect(full_, &QToolButton::toggled, this, &TransportBar::fullScreenWanted);
}

void TransportBar::connectTimeline() {
    // Only what the person does moves the clip: valueChanged also speaks when the clip moves the slider.
    connect(timeline_, &QSlider::sliderMoved, &player_, &ClipPlayer::seek);
    connect(timeline_, &QSlider::actionTriggered, this, [this](int action) {
        if (action != QAbstractSlider::SliderMove) player_.seek(timeline_->sliderPosition());
    });
    connect(timeline_, &QSlider::sliderPressed, this, [this] {
        was_playing_ = player_.isPlaying();
        player_.pause();  // the picture stays under the hand
    });
    connect(timeline_, &QSlider::sliderReleased, this, [this] {
        if (was_playing_) player_.play();
    });
    connect(timeline_, &Timeline::hovered, this, &TransportBar::hovered);
    connect(timeline_, &Timeline::hoverEnded, this, &TransportBar::hoverEnded);
}

void TransportBar::setPreview(bool is_preview) {
    is_preview_ = is_preview;
    updateClip();
}

void TransportBar::setActualSize(bool is_actual) {
    actual_->setChecked(is_actual);
}

void TransportBar::setFullScreen(bool is_full_screen) {
    full_->setChecked(is_full_screen);
    full_->setAccessibleName(is_full_screen ? tr("Leave full screen") : tr("Full screen"));
}

void TransportBar::updateClip() {
    const bool has_clip = player_.frameCount() > 0;
    for (QWidget* widget : {static_cast<QWidget*>(play_), static_cast<QWidget*>(back_), static_cast<QWidget*>(forward_),
                            static_cast<QWidget*>(timeline_), static_cast<QWidget*>(actual_)})
        widget->setEnabled(has_clip);
    timeline_->setRange(0, std::max(0, player_.frameCount() - 1));
    timeline_->setPageStep(std::max(1, int(player_.fps() + 0.5)));
    updateReadout();
}

void TransportBar::updateReadout() {
    const int count = player_.frameCount();
    if (count == 0 || is_preview_) {
        readout_->clear();
        return;
    }
    const QString seconds = QLocale().toString(player_.frame() / player_.fps(), 'f', 2);
    readout_->setText(tr("%1 s  ·  %2 / %3").arg(seconds).arg(player_.frame() + 1).arg(count));
}

void TransportBar::updateSpeed() {
    speed_->setText(speedText(player_.rate()));
    speed_->setAccessibleName(tr("Speed: %1").arg(speedText(player_.rate())));
    for (QAction* action : speed_->menu()->actions())
        action->setChecked(action->data().toDouble() == player_.speed());
}

}  // namespace studio::ui

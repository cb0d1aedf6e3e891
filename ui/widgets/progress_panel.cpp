#include "ui/widgets/progress_panel.h"

#include <QAccessible>
#include <QPainter>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/theme/theme.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {
constexpr int kMaxSegments = 14;  // more steps than fit are drawn as one bar
}

StepSegments::StepSegments(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("stepSegments"));
    setFixedHeight(kGrid);
}

void StepSegments::setSteps(int steps) {
    steps_ = std::max(0, steps);
    update();
}

void StepSegments::setProgress(const StageProgress& progress) {
    const int before = qRound(100 * fraction());
    progress_ = progress;
    update();
    if (before == qRound(100 * fraction())) return;
    QAccessibleValueChangeEvent changed(this, qRound(100 * fraction()));
    QAccessible::updateAccessibility(&changed);
}

double StepSegments::fraction() const {
    return std::clamp(progress_.fraction, 0.0, 1.0);
}

void StepSegments::reset() {
    steps_ = 0;
    progress_ = {};
    update();
}

int StepSegments::count() const {
    return steps_ > 0 && steps_ + 2 <= kMaxSegments ? steps_ + 2 : 1;
}

double StepSegments::filled(int segment) const {
    if (count() == 1) return fraction();
    const double part = progress_.total > 0 ? std::clamp(double(progress_.done) / progress_.total, 0.0, 1.0) : 0;
    double position = 0;  // in segments
    switch (progress_.stage) {
        case Stage::kLoad:
            position = part / 2;
            break;
        case Stage::kText:
            position = 0.5 + part / 4;
            break;
        case Stage::kImage:
            position = 0.75 + part / 4;
            break;
        case Stage::kDenoise:
            position = 1 + part * steps_;
            break;
        case Stage::kDecode:
            position = 1 + steps_ + part * 0.9;
            break;
        case Stage::kSave:
            position = 1 + steps_ + 0.9 + part * 0.1;
            break;
    }
    return std::clamp(position - segment, 0.0, 1.0);
}

void StepSegments::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    const int n = count();
    const qreal gap = kGrid / 2.0, width = (this->width() - gap * (n - 1)) / n;
    for (int i = 0; i < n; ++i) {
        const QRectF slot(i * (width + gap), 1, width, height() - 2);
        painter.setBrush(borderColor(palette()));
        painter.drawRoundedRect(slot, 3, 3);
        const double part = filled(i);
        if (part <= 0) continue;
        painter.setBrush(accentColor(palette()));
        painter.drawRoundedRect(QRectF(slot.topLeft(), QSizeF(std::max(6.0, slot.width() * part), slot.height())), 3,
                                3);
    }
}

ProgressPanel::ProgressPanel(QWidget* parent) : QFrame(parent) {
    setObjectName(QStringLiteral("progressPanel"));
    segments_ = new StepSegments;
    stage_ = new QLabel;
    stage_->setObjectName(QStringLiteral("stageText"));
    stage_->setProperty("role", "heading");
    time_ = new QLabel;
    time_->setObjectName(QStringLiteral("timeText"));
    time_->setProperty("role", "hint");
    auto* words = new QHBoxLayout;
    words->addWidget(stage_);
    words->addStretch();
    words->addWidget(time_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(2 * kGrid, kGrid + 4, 2 * kGrid, kGrid + 6);
    layout->setSpacing(kGrid);
    layout->addLayout(words);
    layout->addWidget(segments_);
    second_.setInterval(500);
    connect(&second_, &QTimer::timeout, this, &ProgressPanel::updateTime);
    hide();
}

void ProgressPanel::begin() {
    segments_->reset();
    left_s_.reset();
    stage_->setText(tr("Getting ready"));
    segments_->setAccessibleName(stage_->text());
    clock_.start();
    second_.start();
    updateTime();
    show();
}

void ProgressPanel::setPlan(const ResolvedRequest& plan) {
    segments_->setSteps(plan.steps);
}

void ProgressPanel::setProgress(const StageProgress& progress) {
    segments_->setProgress(progress);
    const QString words = Wording::stage(progress);
    if (words != stage_->text()) {
        stage_->setText(words);
        segments_->setAccessibleName(words);
    }
    left_s_ = progress.left_s;
    left_told_ms_ = clock_.elapsed();
    updateTime();
}

void ProgressPanel::setCancelling() {
    stage_->setText(tr("Cancelling"));
    left_s_.reset();
    updateTime();
}

void ProgressPanel::end() {
    second_.stop();
    hide();
}

void ProgressPanel::updateTime() {
    const qint64 now_ms = clock_.elapsed();
    std::optional<double> left = left_s_;
    if (left) *left = std::max(0.0, *left - double(now_ms - left_told_ms_) / 1000);
    const QString gone = Wording::duration(double(now_ms) / 1000);
    const QString rest = Wording::timeLeft(left);
    time_->setText(rest.isEmpty() ? gone : tr("%1  ·  %2").arg(gone, rest));
}

}  // namespace studio::ui

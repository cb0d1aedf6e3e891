#include "ui/widgets/compare_bar.h"

#include <QHBoxLayout>

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/transport_bar.h"

namespace studio::ui {

namespace {
constexpr int kWipeSteps = 100;
}

CompareBar::CompareBar(FrameCanvas& canvas, QWidget* parent) : QWidget(parent), canvas_(canvas) {
    setObjectName(QStringLiteral("compareBar"));
    wipe_ = makeFlatButton("compareWipe", tr("Wipe"), tr("Both in one place; drag the line over the picture"),
                           makeIcon(Glyph::kWipe));
    sides_ =
        makeFlatButton("compareSides", tr("Side by side"), tr("Both beside each other"), makeIcon(Glyph::kCompare));
    for (QToolButton* button : {wipe_, sides_})
        button->setCheckable(true);
    line_ = new QSlider(Qt::Horizontal);
    line_->setObjectName(QStringLiteral("wipeSlider"));
    line_->setAccessibleName(tr("Where the line stands"));
    line_->setRange(0, kWipeSteps);
    line_->setValue(kWipeSteps / 2);
    line_->setFixedWidth(16 * kGrid);
    auto* swap = makeFlatButton("compareSwap", tr("Exchange the two"), tr("Exchange the two"), makeIcon(Glyph::kSwap));
    auto* close =
        makeFlatButton("compareClose", tr("End comparing"), tr("Go back to one video"), makeIcon(Glyph::kClose));
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid / 2);
    for (QWidget* widget : {static_cast<QWidget*>(wipe_), static_cast<QWidget*>(sides_), static_cast<QWidget*>(line_)})
        layout->addWidget(widget);
    layout->addStretch();
    layout->addWidget(swap);
    layout->addWidget(close);
    connect(wipe_, &QToolButton::clicked, this, [this] { choose(FrameCanvas::Compare::kWipe); });
    connect(sides_, &QToolButton::clicked, this, [this] { choose(FrameCanvas::Compare::kSides); });
    connect(line_, &QSlider::valueChanged, this, [this](int value) { canvas_.setWipe(double(value) / kWipeSteps); });
    connect(&canvas_, &FrameCanvas::wipeMoved, line_, [this](double share) {
        const QSignalBlocker quiet(line_);  // the line stays exactly under the hand
        line_->setValue(int(share * kWipeSteps + 0.5));
    });
    connect(swap, &QToolButton::clicked, this, &CompareBar::swapWanted);
    connect(close, &QToolButton::clicked, this, &CompareBar::closeWanted);
    hide();
}

void CompareBar::begin() {
    choose(last_);
    show();
}

void CompareBar::end() {
    canvas_.setCompare(FrameCanvas::Compare::kOff);
    hide();
}

void CompareBar::choose(FrameCanvas::Compare compare) {
    last_ = compare;
    canvas_.setCompare(compare);
    wipe_->setChecked(compare == FrameCanvas::Compare::kWipe);
    sides_->setChecked(compare == FrameCanvas::Compare::kSides);
    line_->setVisible(compare == FrameCanvas::Compare::kWipe);
}

}  // namespace studio::ui

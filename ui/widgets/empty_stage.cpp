#include "ui/widgets/empty_stage.h"

#include <QFontMetrics>
#include <QIcon>
#include <QPainter>
#include <QPushButton>

#include "ui/theme/theme.h"

namespace studio::ui {

namespace {
constexpr qsizetype kMaxExamples = 4;
constexpr int kMaxChipWidth = 440;

QLabel* centredLabel(const char* role) {
    auto* label = new QLabel;
    label->setTextFormat(Qt::PlainText);
    label->setAlignment(Qt::AlignCenter);
    label->setWordWrap(true);
    label->setProperty("role", role);
    return label;
}
}  // namespace

EmptyStage::EmptyStage(QWidget* parent) : QWidget(parent) {
    auto* picture = new QLabel;
    picture->setAlignment(Qt::AlignCenter);
    picture->setPixmap(QIcon(QStringLiteral(":/icons/turbo-studio-256.png")).pixmap(88, 88));
    title_ = centredLabel("title");
    text_ = centredLabel("hint");
    try_ = centredLabel("hint");
    try_->setText(tr("Try one of these"));
    chips_ = new QVBoxLayout;
    chips_->setSpacing(kGrid);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(3 * kGrid, 3 * kGrid, 3 * kGrid, 3 * kGrid);
    layout->setSpacing(kGrid);
    layout->addStretch(3);
    layout->addWidget(picture);
    layout->addSpacing(kGrid);
    layout->addWidget(title_);
    layout->addWidget(text_);
    layout->addSpacing(3 * kGrid);
    layout->addWidget(try_);
    layout->addLayout(chips_);
    layout->addStretch(4);
    setMessage({}, {});
    setExamples({});
}

void EmptyStage::setMessage(const QString& title, const QString& text) {
    title_->setText(title.isEmpty() ? tr("A sentence becomes a video") : title);
    text_->setText(text.isEmpty() ? tr("Describe a scene on the left and press Generate. It plays here.") : text);
}

void EmptyStage::setExamples(const QStringList& examples) {
    while (QLayoutItem* item = chips_->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    for (const QString& example : examples.mid(0, kMaxExamples)) {
        auto* chip = new QPushButton;
        chip->setObjectName(QStringLiteral("exampleChip"));
        chip->setProperty("role", "chip");
        chip->setAccessibleName(tr("Use the prompt: %1").arg(example));
        chip->setToolTip(tr("Make this video"));
        chip->setCursor(Qt::PointingHandCursor);
        QString text = QFontMetrics(chip->font()).elidedText(example, Qt::ElideRight, kMaxChipWidth);
        chip->setText(text.replace(QLatin1Char('&'), QLatin1String("&&")));
        connect(chip, &QPushButton::clicked, this, [this, example] { Q_EMIT exampleChosen(example); });
        chips_->addWidget(chip, 0, Qt::AlignHCenter);
    }
    try_->setVisible(!examples.isEmpty());
}

void EmptyStage::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(stageColor(palette()));
    painter.drawRoundedRect(QRectF(rect()), 12, 12);
}

}  // namespace studio::ui

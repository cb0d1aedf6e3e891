#include "ui/widgets/seed_row.h"

#include <QHBoxLayout>
#include <QRandomGenerator>
#include <QRegularExpressionValidator>

#include "core/text.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/wording.h"

namespace studio::ui {

SeedRow::SeedRow(QWidget* parent) : QWidget(parent) {
    edit_ = new QLineEdit;
    edit_->setObjectName(QStringLiteral("seedEdit"));
    edit_->setAccessibleName(tr("Seed"));
    edit_->setToolTip(tr("The number that the noise is drawn from. The same seed and settings give the same video."));
    edit_->setPlaceholderText(tr("Random"));
    edit_->setValidator(new QRegularExpressionValidator(QRegularExpression(QStringLiteral("\\d{0,19}")), edit_));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kGrid / 2);
    row->addWidget(edit_, 1);
    const auto add = [row](const char* object_name, Glyph glyph, const QString& name, const QString& help) {
        auto* button = new QToolButton;
        button->setObjectName(QLatin1String(object_name));
        button->setIcon(makeIcon(glyph));
        button->setAccessibleName(name);
        button->setToolTip(help);
        row->addWidget(button);
        return button;
    };
    dice_ = add("diceButton", Glyph::kDice, tr("Random seed"), tr("Draw a new seed for every video."));
    dice_->setCheckable(true);
    lock_ = add("lockButton", Glyph::kLock, tr("Keep one seed"), tr("Keep the same seed for the next videos."));
    lock_->setCheckable(true);
    again_ = add("lastSeedButton", Glyph::kReuse, tr("Reuse the last seed"), {});
    connect(dice_, &QToolButton::clicked, this, [this] { lock(false); });
    connect(lock_, &QToolButton::clicked, this, [this](bool is_locked) { lock(is_locked); });
    connect(again_, &QToolButton::clicked, this, [this] {
        if (last_) setSeed(*last_);
    });
    connect(edit_, &QLineEdit::textChanged, this, &SeedRow::updateState);
    updateState();
}

/// Locked without a number: the last video's, or one drawn now, so that the person sees what is kept.
void SeedRow::lock(bool is_locked) {
    if (!is_locked)
        edit_->clear();
    else if (edit_->text().isEmpty())
        setSeed(last_.value_or(qint64(QRandomGenerator::global()->bounded(1'000'000'000))));
    updateState();
}

void SeedRow::setSeed(qint64 seed) {
    edit_->setText(seed >= 0 ? QString::number(seed) : QString());
}

void SeedRow::setLast(qint64 seed) {
    last_ = seed;
    updateState();
}

void SeedRow::updateState() {
    const bool is_random = edit_->text().isEmpty();
    dice_->setChecked(is_random);
    lock_->setChecked(!is_random);
    lock_->setIcon(makeIcon(is_random ? Glyph::kUnlock : Glyph::kLock));
    again_->setEnabled(last_.has_value());
    again_->setToolTip(last_ ? tr("Use the last video's seed again: %1").arg(*last_)
                             : tr("There is no last seed yet: make a video first."));
    again_->setAccessibleDescription(again_->toolTip());
}

Result<qint64> SeedRow::seed() const {
    if (edit_->text().isEmpty()) return qint64(-1);
    const auto seed = parse_int64(edit_->text().toStdString());
    if (!seed || *seed < 0)
        return invalid_argument("seed", tr("The seed %1 is too large.").arg(edit_->text()).toStdString(),
                                tr("Use a number up to 9223372036854775807, or the dice.").toStdString());
    return qint64(*seed);
}

}  // namespace studio::ui

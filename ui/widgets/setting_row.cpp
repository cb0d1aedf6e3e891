#include "ui/widgets/setting_row.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <algorithm>
#include <cmath>

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/wording.h"

namespace studio::ui {

SettingRow::SettingRow(const Setting& setting, QWidget* parent) : QWidget(parent), setting_(setting) {
    const QString name = QString::fromStdString(key());
    setObjectName(QStringLiteral("row.%1").arg(name));
    state_ = new QLabel;
    state_->setProperty("role", "value");
    label_ = new QLabel(SettingWords::label(setting.key));
    label_->setProperty("role", "label");
    label_->setWordWrap(true);  // long names must not widen the panel
    label_->setToolTip(SettingWords::help(setting.key));
    control_ = makeControl();
    label_->setBuddy(control_);
    reset_ = new QToolButton;
    reset_->setObjectName(QStringLiteral("reset.%1").arg(name));
    reset_->setProperty("role", "mark");
    reset_->setIcon(makeIcon(Glyph::kReset));
    reset_->setIconSize({14, 14});
    reset_->setAccessibleName(tr("Reset %1").arg(SettingWords::label(setting.key)));
    QSizePolicy keeps_place = reset_->sizePolicy();
    keeps_place.setRetainSizeWhenHidden(true);
    reset_->setSizePolicy(keeps_place);
    connect(reset_, &QToolButton::clicked, this, [this] {
        control_->setFocus();  // the mark goes; the keyboard stays here
        take(nullptr);
        showValue();
    });
    reason_ = new QLabel;
    reason_->setObjectName(QStringLiteral("reason.%1").arg(name));
    reason_->setProperty("role", "hint");
    reason_->setTextFormat(Qt::PlainText);
    reason_->setWordWrap(true);
    reason_->hide();
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(kGrid);
    grid->setVerticalSpacing(2);
    const bool is_wide = setting.type == SettingType::kPath || setting.key == "steps";
    grid->addWidget(label_, 0, 0);
    grid->addWidget(state_, 0, 1, Qt::AlignRight);
    if (is_wide)
        grid->addWidget(control_, 1, 0, 1, 2);
    else
        grid->addWidget(control_, 0, 1);
    grid->addWidget(reset_, is_wide ? 1 : 0, 2);
    grid->addWidget(reason_, 2, 0, 1, 3);
    grid->setColumnStretch(0, 1);
    state_->setVisible(setting.key == "steps");
    showValue();
}

void SettingRow::setOwn(const Json& own) {
    own_ = own;
    if (value_ == own_) value_ = nullptr;
    showValue();
}

void SettingRow::setValue(const Json& value) {
    value_ = value == own_ ? Json() : value;
    showValue();
}

Json SettingRow::value() const {
    return why_not_.isEmpty() ? value_ : Json();
}

void SettingRow::setMaximum(int maximum) {
    if (limit_) limit_(maximum);
    showValue();
}

void SettingRow::take(const Json& value) {
    const Json kept = value == own_ ? Json() : value;
    if (kept == value_) return;
    value_ = kept;
    updateMarks();
    Q_EMIT changed();
}

void SettingRow::showValue() {
    const QSignalBlocker quiet(control_);
    show_(value_.is_null() ? own_ : value_);
    updateMarks();
}

void SettingRow::updateMarks() {
    reset_->setVisible(isChanged());
    const QString own = own_.is_string()   ? SettingWords::choice(setting_.key, own_.get<std::string>())
                        : own_.is_number() ? fromUtf8(own_.dump())
                                           : QString();
    reset_->setToolTip(own.isEmpty() ? tr("Back to what the model wants")
                                     : tr("Back to what the model wants: %1").arg(own));
    label_->setProperty("isChanged", isChanged());
}

void SettingRow::judge(const SettingSurroundings& around) {
    why_not_ = SettingRules::whyNot(setting_.key, around);
    if (judge_choices_) judge_choices_(around);
    const bool acts = why_not_.isEmpty();
    control_->setEnabled(acts);
    reset_->setEnabled(acts);
    label_->setEnabled(acts);
    reason_->setText(why_not_);
    reason_->setVisible(!acts);
    const QString help = SettingWords::help(setting_.key);
    control_->setToolTip(acts ? help : help + QLatin1Char('\n') + why_not_);
    control_->setAccessibleDescription(control_->toolTip());
}

}  // namespace studio::ui

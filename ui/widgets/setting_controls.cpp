// The controls of SettingRow, one for each type of setting.
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QSlider>
#include <QSpinBox>
#include <QStandardItemModel>
#include <cmath>

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/calm.h"
#include "ui/widgets/setting_row.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {
constexpr int kControlWidth = 17 * kGrid;
constexpr double kGigabyte = 1e9;

/// 16 is 16, not 16.00.
class NumberBox : public Calm<QDoubleSpinBox> {
  public:
    using Calm::Calm;
    QString textFromValue(double value) const override { return locale().toString(value, 'g', 7); }
};
}  // namespace

QWidget* SettingRow::makeControl() {
    QWidget* control = nullptr;
    if (setting_.key == "steps")
        control = makeSteps();
    else if (setting_.type == SettingType::kChoice)
        control = makeChoice();
    else if (setting_.type == SettingType::kInt)
        control = makeWhole();
    else if (setting_.type == SettingType::kNumber)
        control = makeNumber();
    else if (setting_.type == SettingType::kBytes)
        control = makeBytes();
    else
        control = makePath();
    control->setAccessibleName(SettingWords::label(setting_.key));
    if (control->objectName().isEmpty())
        control->setObjectName(QStringLiteral("setting.%1").arg(QString::fromStdString(key())));
    if (setting_.type != SettingType::kPath && setting_.key != "steps") control->setFixedWidth(kControlWidth);
    return control;
}

QWidget* SettingRow::makeChoice() {
    auto* box = new Calm<QComboBox>;
    for (const std::string_view choice : setting_.choices)
        box->addItem(SettingWords::choice(setting_.key, choice),
                     QString::fromUtf8(choice.data(), qsizetype(choice.size())));
    show_ = [box](const Json& value) {
        const int at = value.is_string() ? box->findData(fromUtf8(value.get<std::string>())) : -1;
        box->setPlaceholderText(tr("The model's own"));
        box->setCurrentIndex(at);
    };
    judge_choices_ = [this, box](const SettingSurroundings& around) {
        auto* items = qobject_cast<QStandardItemModel*>(box->model());
        for (int i = 0; items && i < box->count(); ++i) {
            const QString why =
                SettingRules::whyNotChoice(setting_.key, box->itemData(i).toString().toStdString(), around);
            items->item(i)->setEnabled(why.isEmpty());
            items->item(i)->setToolTip(why);
        }
    };
    connect(box, &QComboBox::currentIndexChanged, this,
            [this, box](int index) { take(index < 0 ? Json() : Json(box->itemData(index).toString().toStdString())); });
    return box;
}

QWidget* SettingRow::makeSteps() {
    auto* slider = new Calm<QSlider>(Qt::Horizontal);
    slider->setObjectName(QStringLiteral("stepsSlider"));
    slider->setPageStep(1);
    slider->setMinimumHeight(3 * kGrid);
    slider->setRange(int(setting_.min), 60);
    state_->setObjectName(QStringLiteral("stepsText"));
    const auto tell = [this, slider](bool is_known) {
        state_->setText(is_known ? QString::number(slider->value()) : tr("the model's own"));
    };
    show_ = [slider, tell](const Json& value) {
        if (value.is_number()) slider->setMaximum(std::max(slider->maximum(), value.get<int>()));
        if (value.is_number()) slider->setValue(value.get<int>());
        tell(value.is_number());
    };
    limit_ = [slider](int maximum) {
        const QSignalBlocker quiet(slider);
        slider->setMaximum(maximum);
    };
    connect(slider, &QSlider::valueChanged, this, [this, tell](int steps) {
        take(steps);
        tell(true);
    });
    return slider;
}

QWidget* SettingRow::makeWhole() {
    auto* box = new Calm<QSpinBox>;
    box->setRange(int(setting_.min) - 1, int(std::min(setting_.max, 1e9)));
    box->setSpecialValueText(tr("The model's own"));
    box->setKeyboardTracking(false);
    show_ = [box](const Json& value) { box->setValue(value.is_number() ? value.get<int>() : box->minimum()); };
    connect(box, &QSpinBox::valueChanged, this,
            [this, box](int value) { take(value == box->minimum() ? Json() : Json(value)); });
    return box;
}

QWidget* SettingRow::makeNumber() {
    auto* box = new NumberBox;
    const bool is_share = setting_.max <= 1;
    const double step = is_share ? 0.01 : 0.5;
    box->setDecimals(is_share ? 3 : 2);
    box->setSingleStep(step);
    box->setRange(setting_.min - step, setting_.max);
    box->setSpecialValueText(tr("The model's own"));
    box->setKeyboardTracking(false);
    show_ = [box](const Json& value) { box->setValue(value.is_number() ? value.get<double>() : box->minimum()); };
    connect(box, &QDoubleSpinBox::valueChanged, this, [this, box](double value) {
        if (value == box->minimum()) return take(nullptr);
        take(std::clamp(value, setting_.min, setting_.max));
    });
    return box;
}

QWidget* SettingRow::makeBytes() {
    auto* box = new Calm<QDoubleSpinBox>;
    box->setDecimals(1);
    box->setRange(0, setting_.max / kGigabyte);
    box->setSuffix(tr(" GB"));
    box->setSpecialValueText(tr("What is free"));
    box->setKeyboardTracking(false);
    show_ = [box](const Json& value) { box->setValue(value.is_number() ? value.get<double>() / kGigabyte : 0); };
    connect(box, &QDoubleSpinBox::valueChanged, this,
            [this](double gigabytes) { take(std::int64_t(std::llround(gigabytes * kGigabyte))); });
    return box;
}

QWidget* SettingRow::makePath() {
    auto* edit = new QLineEdit;
    edit->setPlaceholderText(tr("The model's own"));
    edit->setClearButtonEnabled(true);
    auto* browse = new QToolButton;
    browse->setIcon(makeIcon(Glyph::kFolder));
    browse->setAccessibleName(tr("Choose a file"));
    browse->setToolTip(tr("Choose a file"));
    browse->setObjectName(QStringLiteral("browse.%1").arg(QString::fromStdString(key())));
    auto* control = new QWidget;
    edit->setObjectName(QStringLiteral("setting.%1").arg(QString::fromStdString(key())));
    edit->setAccessibleName(SettingWords::label(setting_.key));
    control->setObjectName(QStringLiteral("pathOf.%1").arg(QString::fromStdString(key())));
    control->setFocusProxy(edit);
    auto* row = new QHBoxLayout(control);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kGrid / 2);
    row->addWidget(edit, 1);
    row->addWidget(browse);
    show_ = [edit](const Json& value) {
        const QSignalBlocker quiet(edit);
        edit->setText(value.is_string() ? fromUtf8(value.get<std::string>()) : QString());
    };
    connect(edit, &QLineEdit::textChanged, this, [this](const QString& text) {
        take(text.trimmed().isEmpty() ? Json() : Json(text.trimmed().toStdString()));
    });
    connect(browse, &QToolButton::clicked, this, [this, edit] {
        auto* dialog = new QFileDialog(window(), SettingWords::label(setting_.key));
        dialog->setObjectName(QStringLiteral("partDialog"));
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setFileMode(QFileDialog::ExistingFile);
        connect(dialog, &QFileDialog::fileSelected, edit, &QLineEdit::setText);
        dialog->open();
    });
    return control;
}

}  // namespace studio::ui

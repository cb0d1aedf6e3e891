#include "ui/dialogs/preset_dialog.h"

#include <QDialogButtonBox>
#include <QVBoxLayout>

#include "app/presets.h"
#include "ui/theme/theme.h"
#include "ui/wording.h"

namespace studio::ui {

PresetDialog::PresetDialog(QStringList taken, QWidget* parent) : QDialog(parent), taken_(std::move(taken)) {
    setObjectName(QStringLiteral("presetDialog"));
    setWindowTitle(tr("Keep as a preset"));
    setAttribute(Qt::WA_DeleteOnClose);
    setMinimumWidth(48 * kGrid);
    name_ = new QLineEdit;
    name_->setObjectName(QStringLiteral("presetName"));
    name_->setAccessibleName(tr("Name of the preset"));
    name_->setMaxLength(60);
    auto* label = new QLabel(tr("&Name"));
    label->setBuddy(name_);
    note_ = new QLabel;
    note_->setObjectName(QStringLiteral("presetNote"));
    note_->setProperty("role", "hint");
    note_->setTextFormat(Qt::PlainText);
    note_->setWordWrap(true);
    auto* about =
        new QLabel(tr("A preset holds size, length, steps and the advanced settings. The prompt, pictures and "
                      "the seed are not part of it."));
    about->setProperty("role", "hint");
    about->setWordWrap(true);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
    keep_ = buttons->addButton(tr("Keep"), QDialogButtonBox::AcceptRole);
    keep_->setObjectName(QStringLiteral("presetKeep"));
    keep_->setDefault(true);
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(kGrid);
    layout->addWidget(about);
    layout->addWidget(label);
    layout->addWidget(name_);
    layout->addWidget(note_);
    layout->addWidget(buttons);
    connect(name_, &QLineEdit::textChanged, this, &PresetDialog::judge);
    connect(buttons, &QDialogButtonBox::accepted, this, &PresetDialog::finish);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    judge();
}

void PresetDialog::judge() {
    const QString name = name_->text().trimmed();
    const auto checked = check_preset_name(name.toStdString());
    const bool is_taken = taken_.contains(name);
    keep_->setEnabled(checked.ok());
    keep_->setText(is_taken ? tr("Replace") : tr("Keep"));
    if (name.isEmpty())
        note_->clear();
    else if (!checked.ok())
        note_->setText(tr("%1 %2").arg(fromUtf8(checked.error().message), fromUtf8(checked.error().fix)));
    else
        note_->setText(is_taken ? tr("There is a preset with this name. Its settings will be replaced.") : QString());
    name_->setAccessibleDescription(note_->text());
}

void PresetDialog::finish() {
    const QString name = name_->text().trimmed();
    Q_EMIT named(name, taken_.contains(name));
    accept();
}

}  // namespace studio::ui

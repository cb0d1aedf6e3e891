#include "ui/widgets/lora_list.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <algorithm>

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/calm.h"
#include "ui/widgets/setting_words.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {
constexpr int kNameWidth = 15 * kGrid;
}

LoraList::LoraList(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("loraList"));
    auto* title = new QLabel(SettingWords::label("loras"));
    title->setProperty("role", "label");
    title->setToolTip(SettingWords::help("loras"));
    empty_ = new QLabel(tr("none"));
    empty_->setProperty("role", "hint");
    add_ = new QToolButton;
    add_->setObjectName(QStringLiteral("loraAdd"));
    add_->setIcon(makeIcon(Glyph::kAdd));
    add_->setAccessibleName(tr("Add a LoRA"));
    add_->setToolTip(tr("Add a LoRA file"));
    connect(add_, &QToolButton::clicked, this, &LoraList::browse);
    auto* top = new QHBoxLayout;
    top->addWidget(title);
    top->addStretch();
    top->addWidget(empty_);
    top->addWidget(add_);
    rows_ = new QVBoxLayout;
    rows_->setSpacing(kGrid / 2);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid / 2);
    layout->addLayout(top);
    layout->addLayout(rows_);
}

void LoraList::setLoras(const std::vector<LoraSetting>& loras) {
    if (loras == loras_) return;
    loras_ = loras;
    rebuild();
}

void LoraList::setHasExperts(bool has_experts) {
    if (has_experts == has_experts_) return;
    has_experts_ = has_experts;
    rebuild();
}

void LoraList::add(const QString& file) {
    const std::string path = file.toStdString();
    if (std::any_of(loras_.begin(), loras_.end(), [&](const LoraSetting& one) { return one.path == path; })) return;
    loras_.push_back({path, 1, "both"});
    rebuild();
    Q_EMIT changed();
}

void LoraList::browse() {
    auto* dialog = new QFileDialog(window(), tr("Add a LoRA"), {}, tr("LoRA files (*.safetensors);;All files (*)"));
    dialog->setObjectName(QStringLiteral("loraDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, &LoraList::add);
    dialog->open();
}

void LoraList::rebuild() {
    while (QLayoutItem* item = rows_->takeAt(0)) {
        if (item->widget()) {
            item->widget()->hide();
            item->widget()->deleteLater();
        }
        delete item;
    }
    for (std::size_t i = 0; i < loras_.size(); ++i)
        rows_->addWidget(makeRow(i));
    empty_->setVisible(loras_.empty());
}

QWidget* LoraList::makeRow(std::size_t index) {
    const LoraSetting& lora = loras_[index];
    const QString file = fromUtf8(lora.path), name = QFileInfo(file).completeBaseName();
    auto* label = new QLabel;
    label->setTextFormat(Qt::PlainText);
    label->setText(label->fontMetrics().elidedText(name, Qt::ElideMiddle, kNameWidth));
    label->setToolTip(file.toHtmlEscaped());
    auto* strength = new Calm<QDoubleSpinBox>;
    strength->setObjectName(QStringLiteral("loraStrength.%1").arg(index));
    strength->setAccessibleName(tr("Strength of %1").arg(name));
    strength->setToolTip(tr("1 is as trained; 0 has no effect; negative inverts."));
    strength->setRange(-10, 10);
    strength->setSingleStep(0.1);
    strength->setValue(lora.strength);
    connect(strength, &QDoubleSpinBox::valueChanged, this, [this, index](double value) {
        loras_[index].strength = value;
        Q_EMIT changed();
    });
    auto* remove = new QToolButton;
    remove->setObjectName(QStringLiteral("loraRemove.%1").arg(index));
    remove->setProperty("role", "flat");
    remove->setIcon(makeIcon(Glyph::kClose));
    remove->setAccessibleName(tr("Remove %1").arg(name));
    remove->setToolTip(tr("Remove this LoRA"));
    connect(remove, &QToolButton::clicked, this, [this, index] {
        loras_.erase(loras_.begin() + std::ptrdiff_t(index));
        rebuild();
        add_->setFocus();
        Q_EMIT changed();
    });
    auto* row = new QWidget;
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid / 2);
    layout->addWidget(label, 1);
    if (has_experts_) {
        auto* expert = new Calm<QComboBox>;
        expert->setObjectName(QStringLiteral("loraExpert.%1").arg(index));
        expert->setAccessibleName(tr("Expert that %1 is for").arg(name));
        expert->addItem(tr("both"), QStringLiteral("both"));
        expert->addItem(tr("first"), QStringLiteral("high"));
        expert->addItem(tr("second"), QStringLiteral("low"));
        expert->setCurrentIndex(std::max(0, expert->findData(fromUtf8(lora.expert))));
        connect(expert, &QComboBox::currentIndexChanged, this, [this, index, expert] {
            loras_[index].expert = expert->currentData().toString().toStdString();
            Q_EMIT changed();
        });
        layout->addWidget(expert);
    }
    layout->addWidget(strength);
    layout->addWidget(remove);
    return row;
}

}  // namespace studio::ui

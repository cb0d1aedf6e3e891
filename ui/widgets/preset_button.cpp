#include "ui/widgets/preset_button.h"

#include <QMessageBox>
#include <QPushButton>

#include "ui/dialogs/preset_dialog.h"
#include "ui/theme/icons.h"
#include "ui/wording.h"

namespace studio::ui {

PresetButton::PresetButton(const Backend& backend, std::function<std::optional<GenerationRequest>()> settings,
                           QWidget* parent)
    : QToolButton(parent), calls_(backend.presets), settings_(std::move(settings)) {
    setObjectName(QStringLiteral("presetButton"));
    setProperty("role", "chip");
    setIcon(makeIcon(Glyph::kBookmark));
    setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    setPopupMode(QToolButton::InstantPopup);
    menu_ = new QMenu(this);
    menu_->setObjectName(QStringLiteral("presetMenu"));
    menu_->setToolTipsVisible(true);
    setMenu(menu_);
    connect(menu_, &QMenu::aboutToShow, this, &PresetButton::fillMenu);
    refresh();
}

QString PresetButton::titleOf(const Preset& preset) const {
    if (!preset.is_built_in) return fromUtf8(preset.name);
    if (preset.name == "draft") return tr("Draft");
    if (preset.name == "balanced") return tr("Balanced");
    return tr("Best");
}

std::vector<Preset> PresetButton::all() const {
    std::vector<Preset> presets = built_in_presets(model_);
    presets.insert(presets.end(), own_.begin(), own_.end());
    return presets;
}

void PresetButton::setModel(const ModelInfo& model) {
    model_ = model;
    refresh();
}

/// Among presets that mean the same, the one chosen last stays; Balanced is asked first otherwise.
void PresetButton::refresh() {
    const auto request = settings_();
    QString found;
    if (request) {
        const std::vector<Preset> presets = all();
        const auto fits = [&](const Preset& preset) { return is_in_force(preset, model_, *request); };
        for (const Preset& preset : presets)
            if (titleOf(preset) == current_ && fits(preset)) found = current_;
        for (const std::size_t i : {std::size_t(1), std::size_t(0), std::size_t(2)})
            if (found.isEmpty() && fits(presets[i])) found = titleOf(presets[i]);
        for (std::size_t i = 3; i < presets.size(); ++i)
            if (found.isEmpty() && fits(presets[i])) found = titleOf(presets[i]);
    }
    current_ = found;
    QString shown = current_.isEmpty() ? tr("Own settings") : current_;
    setAccessibleName(tr("Preset: %1").arg(shown));
    setToolTip(tr("Presets set size, length, steps and more at once."));
    setText(fontMetrics().elidedText(shown, Qt::ElideRight, 150));
}

void PresetButton::load() {
    if (!calls_.list) return;
    background_.run(
        [list = calls_.list] { return guarded([&] { return list(); }); },
        [this](Result<StoredPresets> stored) {
            if (!stored.ok()) {
                Q_EMIT noticed(tr("%1 %2").arg(fromUtf8(stored.error().message), fromUtf8(stored.error().fix)));
                return;
            }
            own_ = std::move(stored->presets);
            QStringList notices;
            for (const std::string& notice : stored->notices)
                notices << fromUtf8(notice);
            if (!notices.isEmpty()) Q_EMIT noticed(notices.join(QLatin1Char(' ')));
            refresh();
        });
}

QAction* PresetButton::addPreset(const Preset& preset) {
    QString text = titleOf(preset);
    QAction* action = menu_->addAction(text.replace(QLatin1Char('&'), QLatin1String("&&")));
    action->setObjectName(QStringLiteral("preset.%1").arg(fromUtf8(preset.name)));
    action->setCheckable(true);
    action->setChecked(titleOf(preset) == current_);
    connect(action, &QAction::triggered, this, [this, preset] { take(preset); });
    return action;
}

void PresetButton::fillMenu() {
    menu_->clear();
    const std::vector<Preset> built_in = built_in_presets(model_);
    addPreset(built_in[0])->setToolTip(tr("Quick and small, to see whether the idea works"));
    addPreset(built_in[1])->setToolTip(tr("What the model's makers recommend"));
    addPreset(built_in[2])->setToolTip(tr("The most that this model gives; takes longer"));
    if (!own_.empty()) menu_->addSeparator();
    for (const Preset& preset : own_)
        addPreset(preset);
    menu_->addSeparator();
    QAction* save = menu_->addAction(makeIcon(Glyph::kAdd), tr("Keep these settings as a preset…"));
    save->setObjectName(QStringLiteral("presetSave"));
    save->setEnabled(bool(calls_.keep));
    connect(save, &QAction::triggered, this, &PresetButton::askForName);
    if (own_.empty()) return;
    QMenu* deleting = menu_->addMenu(makeIcon(Glyph::kTrash), tr("Delete a preset"));
    deleting->setObjectName(QStringLiteral("presetDelete"));
    for (const Preset& preset : own_) {
        const QString name = fromUtf8(preset.name);
        QAction* action = deleting->addAction(QString(name).replace(QLatin1Char('&'), QLatin1String("&&")));
        action->setObjectName(QStringLiteral("presetDelete.%1").arg(name));
        connect(action, &QAction::triggered, this, [this, name] { askToDelete(name); });
    }
}

void PresetButton::take(const Preset& preset) {
    const auto before = settings_();
    AppliedPreset applied = apply_preset(preset, model_, before.value_or(GenerationRequest{}));
    QStringList left_out;
    for (const std::string& key : applied.left_out)
        left_out << fromUtf8(key);
    current_ = titleOf(preset);
    const QString told =
        left_out.isEmpty()
            ? QString()
            : tr("This model cannot use a part of the preset: %1.").arg(left_out.join(QLatin1String(", ")));
    Q_EMIT taken(applied.request, told);
    refresh();
}

void PresetButton::askForName() {
    const auto request = settings_();
    if (!request) return;
    QStringList names;
    for (const Preset& preset : own_)
        names << fromUtf8(preset.name);
    auto* dialog = new PresetDialog(names, window());
    connect(dialog, &PresetDialog::named, this, [this, request](const QString& name, bool replaces) {
        keep(preset_of(name.toStdString(), *request, model_), replaces);
    });
    dialog->open();
}

void PresetButton::keep(const Preset& preset, bool replaces) {
    background_.run(
        [keep_one = calls_.keep, preset, replaces] { return guarded([&] { return keep_one(preset, replaces); }); },
        [this, preset](Result<void> kept) {
            if (!kept.ok()) {
                Q_EMIT noticed(tr("The preset was not kept. %1 %2")
                                   .arg(fromUtf8(kept.error().message), fromUtf8(kept.error().fix)));
                return;
            }
            std::erase_if(own_, [&](const Preset& one) { return one.name == preset.name; });
            own_.push_back(preset);  // at once; the file's own order follows
            current_ = fromUtf8(preset.name);
            refresh();
            load();
        });
}

void PresetButton::askToDelete(const QString& name) {
    auto* box = new QMessageBox(QMessageBox::NoIcon, tr("Delete a preset"), tr("Delete the preset “%1”?").arg(name),
                                QMessageBox::NoButton, window());
    box->setObjectName(QStringLiteral("presetDeleteQuestion"));
    box->setTextFormat(Qt::PlainText);
    box->setAttribute(Qt::WA_DeleteOnClose);
    QPushButton* yes = box->addButton(tr("Delete"), QMessageBox::DestructiveRole);
    yes->setObjectName(QStringLiteral("presetDeleteYes"));
    QPushButton* no = box->addButton(QMessageBox::Cancel);
    box->setDefaultButton(no);
    connect(yes, &QPushButton::clicked, this, [this, name] { remove(name); });
    box->open();
}

void PresetButton::remove(const QString& name) {
    background_.run(
        [remove_one = calls_.remove, name = name.toStdString()] { return guarded([&] { return remove_one(name); }); },
        [this](Result<void> removed) {
            if (!removed.ok())
                Q_EMIT noticed(tr("The preset was not deleted. %1 %2")
                                   .arg(fromUtf8(removed.error().message), fromUtf8(removed.error().fix)));
            load();
        });
}

}  // namespace studio::ui

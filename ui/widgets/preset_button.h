// ui/widgets/preset_button.h - presets in a menu: take one, keep the present settings under a name, delete.
#pragma once
#include <QMenu>
#include <QToolButton>
#include <functional>

#include "ui/backend.h"
#include "ui/background.h"

namespace studio::ui {

/// The button's text is the preset that is in force, or "Own settings" when none is.
/// Threads   GUI thread; the file of own presets is read and written in the background.
class PresetButton : public QToolButton {
    Q_OBJECT
  public:
    /// `settings`: what the create panel shows; nothing while that is no request.
    PresetButton(const Backend& backend, std::function<std::optional<GenerationRequest>()> settings,
                 QWidget* parent = nullptr);

    void setModel(const ModelInfo& model);
    /// The settings were changed: which preset are they now?
    void refresh();
    /// Read the file of own presets.
    void load();
    /// Name of the preset in force; empty: none.
    QString current() const { return current_; }

  Q_SIGNALS:
    /// Show these settings; `left_out` names what this model cannot use, in words, or is empty.
    void taken(const studio::GenerationRequest& request, const QString& left_out);
    /// Something about the file of presets that a person must know.
    void noticed(const QString& notice);

  private:
    void fillMenu();
    QAction* addPreset(const Preset& preset);
    void take(const Preset& preset);
    void askForName();
    void keep(const Preset& preset, bool replaces);
    void askToDelete(const QString& name);
    void remove(const QString& name);
    QString titleOf(const Preset& preset) const;
    std::vector<Preset> all() const;

    PresetCalls calls_;
    std::function<std::optional<GenerationRequest>()> settings_;
    Background background_;
    ModelInfo model_;
    std::vector<Preset> own_;
    QString current_;
    QMenu* menu_;
};

}  // namespace studio::ui

// ui/create_controller.h - how top bar, create panel and session hang together: model, mode, presets, earlier prompts,
// seeds, and the keys of the create panel. Draws nothing itself.
#pragma once
#include <QObject>

#include "ui/session.h"
#include "ui/widgets/gpu_chip.h"
#include "ui/widgets/preset_button.h"
#include "ui/widgets/prompt_panel.h"
#include "ui/widgets/top_bar.h"

namespace studio::ui {

class Actions;
class PreferencesStore;

/// Makes the preset button and the GPU chip in the top bar.
/// Ownership  everything that is passed must outlive it.   Threads  GUI thread.
class CreateController : public QObject {
    Q_OBJECT
  public:
    CreateController(Session& session, TopBar& top_bar, PromptPanel& panel, Actions& actions,
                     PreferencesStore& preferences, QObject* parent = nullptr);

    /// Look at the machine and read own presets, both in the background.
    void start();
    /// A picture for the panel; the mode changes to one that takes it. False when no model here does.
    bool takeImage(const QMimeData* offered);

  private:
    void connectTopBar();
    void connectPanel();
    void addCommands(Actions& actions);
    void readPrompts();

    Session& session_;
    TopBar& top_bar_;
    PromptPanel& panel_;
    PreferencesStore& preferences_;
    PresetButton* presets_;
    GpuChip* chip_;
};

}  // namespace studio::ui

// ui/widgets/advanced_form.h - everything else that can be set, made from the one table of settings; closed at first.
#pragma once
#include <QToolButton>
#include <QWidget>
#include <span>
#include <vector>

#include "app/settings_table.h"
#include "ui/widgets/lora_list.h"
#include "ui/widgets/setting_row.h"

namespace studio::ui {

/// Rows for settings that have words (SettingWords) and no place of their own in the panel. A setting that does nothing
/// with this model stays visible, disabled, with the reason, and is not part of the request.
/// Threads   GUI thread.
class AdvancedForm : public QWidget {
    Q_OBJECT
  public:
    explicit AdvancedForm(std::span<const Setting> settings, QWidget* parent = nullptr);

    void setModel(const ModelInfo& model);
    void setHasGpu(bool has_gpu);
    void setValues(const GenerationRequest& request);
    void fill(GenerationRequest& request) const;
    /// Does guidance act, as things stand?
    bool isGuided() const;
    bool isOpen() const;
    void setOpen(bool is_open);

  Q_SIGNALS:
    void changed();
    void openChanged(bool is_open);

  private:
    void judge();
    void updateTitle();
    SettingSurroundings surroundings() const;

    std::vector<SettingRow*> rows_;
    LoraList* loras_ = nullptr;
    ModelInfo model_;
    bool has_gpu_ = true;
    QToolButton* title_;
    QWidget* body_;
};

}  // namespace studio::ui

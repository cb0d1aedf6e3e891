// ui/widgets/lora_list.h - adapters: add, strength, which expert, remove.
#pragma once
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>
#include <QWidget>
#include <vector>

#include "app/generation_request.h"

namespace studio::ui {

/// Threads   GUI thread.
class LoraList : public QWidget {
    Q_OBJECT
  public:
    explicit LoraList(QWidget* parent = nullptr);

    void setLoras(const std::vector<LoraSetting>& loras);
    const std::vector<LoraSetting>& loras() const { return loras_; }
    /// A model with one transformer has no choice of experts.
    void setHasExperts(bool has_experts);
    /// Merged after those that are there; a file that is there already stays once.
    void add(const QString& file);

  Q_SIGNALS:
    void changed();

  private:
    void browse();
    void rebuild();
    QWidget* makeRow(std::size_t index);

    std::vector<LoraSetting> loras_;
    bool has_experts_ = false;
    QVBoxLayout* rows_;
    QLabel* empty_;
    QToolButton* add_;
};

}  // namespace studio::ui

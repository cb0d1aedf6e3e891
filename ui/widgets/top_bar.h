// ui/widgets/top_bar.h - the line above everything: what kind of video, with which model; appearance and menu.
#pragma once
#include <QComboBox>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QToolButton>
#include <string>
#include <vector>

#include "library/models.h"

namespace studio::ui {

enum class CreateMode { kText, kImage };

/// Which kinds of video a model makes. One that cannot be used, or whose kind is unknown, makes none.
bool makesVideosIn(CreateMode mode, const ModelInfo& model);

/// The chosen model follows the mode: the picker lists those that make such videos (and what cannot be used, with the
/// reason). A mode that no model offers stays visible; who presses it is told why it cannot be had.
/// Threads   GUI thread.
class TopBar : public QFrame {
    Q_OBJECT
  public:
    explicit TopBar(QWidget* parent = nullptr);

    /// Takes no ownership of the menu.
    void setMenu(QMenu* menu) { menu_->setMenu(menu); }
    /// A further choice after the model, a further state before the buttons at the right.   Takes ownership.
    void addChoice(QWidget* choice) { choices_->addWidget(choice); }
    void addState(QWidget* state) { right_->addWidget(state); }
    /// Models changed on the disk: the chosen one stays chosen if it is still there. `wanted` is a name or path that is
    /// taken the first time (empty: the first complete model); one that is not listed is left to the engine to judge.
    void setModels(std::vector<ModelInfo> models, const std::string& wanted);
    /// Choose by path or name, with a mode that fits; false when it is not listed.
    bool chooseModel(const std::string& path, bool with_image);
    /// As the person's click on the switch would: false, and `refused` is told, when no model offers it.
    bool chooseMode(CreateMode mode);

    CreateMode mode() const { return mode_; }
    /// What the engine is asked for: a path, or the wanted name; empty: none.
    std::string modelPath() const;
    /// Null: none is chosen, or only its name is known.
    const ModelInfo* model() const;
    const std::vector<ModelInfo>& models() const { return models_; }

  Q_SIGNALS:
    /// Another model is chosen, or the chosen one has changed on the disk.
    void modelChanged(const studio::ModelInfo& model);
    void modeChanged(studio::ui::CreateMode mode);
    /// A mode was pressed that cannot be had: why, in a sentence or two.
    void refused(const QString& why);

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    void makeModes(QHBoxLayout* layout);
    void makePicker(QHBoxLayout* layout);
    void makeButtons(QHBoxLayout* layout);
    void setMode(CreateMode mode);
    void fillPicker();
    void addToPicker(int index);
    void pick(int row);
    void tellModel();
    void updateModes();
    int rowOf(const std::string& path) const;
    QString whyNot(CreateMode mode) const;

    std::vector<ModelInfo> models_;
    std::string wanted_;  // from the command line, not among the models
    std::string told_;    // path and defaults of what modelChanged said last
    CreateMode mode_ = CreateMode::kText;
    QLabel* name_;
    QToolButton* text_mode_;
    QToolButton* image_mode_;
    QComboBox* picker_;
    QHBoxLayout* choices_;
    QHBoxLayout* right_;  // where more parts of the right side go
    QToolButton* menu_;
};

}  // namespace studio::ui

// ui/dialogs/missing_box.h - a recipe's files that are not on this computer, in words, with the way to a missing model.
#pragma once
#include <QMessageBox>
#include <vector>

#include "app/missing_parts.h"

namespace studio::ui {

/// Open it with open(). A button "Models…" (accepted) is there when the model is missing; `source` names the file that
/// the recipe came from.
class MissingBox : public QMessageBox {
    Q_OBJECT
  public:
    MissingBox(const std::vector<MissingPart>& parts, const QString& source, QWidget* parent);

  Q_SIGNALS:
    void modelsWanted();

  private:
    static QString words(const MissingPart& part);
};

}  // namespace studio::ui

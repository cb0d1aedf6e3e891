// ui/dialogs/move_dialog.h - the move of everything to another folder, before anything else of the program begins.
#pragma once
#include <QDialog>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>

#include "core/result.h"
#include "library/store_progress.h"
#include "ui/background.h"

namespace studio::ui {

/// Begins at once. Accepted when all is moved; rejected when it was cancelled or failed (and said so): nothing has
/// changed then.
/// Threads   GUI thread; the files are copied in the background.
class MoveDialog : public QDialog {
    Q_OBJECT
  public:
    using Run = std::function<Result<void>(const StoreReport&, const std::stop_token&)>;
    MoveDialog(Run run, const QString& folder, QWidget* parent = nullptr);
    ~MoveDialog() override;

  public Q_SLOTS:
    void reject() override;

  private:
    void tell(const StoreProgress& progress);
    void end(const Result<void>& moved);

    bool is_running_ = true;
    std::stop_source stop_;
    QLabel *text_, *state_;
    QProgressBar* bar_;
    QPushButton* cancel_;
    Background background_;  // last: waits for the copy before anything else goes
};

}  // namespace studio::ui

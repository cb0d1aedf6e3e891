// ui/dialogs/doctor_dialog.h - what this machine and installation can do, in words; a report for the clipboard.
#pragma once
#include <QDialog>
#include <QLabel>
#include <QPushButton>
#include <QTreeWidget>

#include "ui/backend.h"
#include "ui/background.h"

namespace studio::ui {

/// Threads   GUI thread; the examination runs in the background and ends early when the dialog is closed.
class DoctorDialog : public QDialog {
    Q_OBJECT
  public:
    explicit DoctorDialog(const Backend& backend, QWidget* parent = nullptr);
    ~DoctorDialog() override;

    /// Paths without their folders, and these names (of a user, of the computer) not at all.
    static QString withoutPrivatePaths(QString text, const QStringList& names);

  private:
    void examine(bool with_self_test);
    void show(const DoctorReport& report);
    QString reportText() const;

    std::function<DoctorReport(const DoctorOptions&)> examine_;
    std::stop_source stop_;
    QTreeWidget* findings_;
    QLabel* summary_;
    QPushButton *again_, *self_test_, *copy_;
    Background background_;  // last: waits for the examination before anything else goes
};

}  // namespace studio::ui

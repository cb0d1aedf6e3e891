// ui/dialogs/preset_dialog.h - a name for the present settings; a name that is taken asks before it replaces.
#pragma once
#include <QDialog>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

namespace studio::ui {

/// Threads   GUI thread. Deletes itself when closed.
class PresetDialog : public QDialog {
    Q_OBJECT
  public:
    explicit PresetDialog(QStringList taken, QWidget* parent = nullptr);

  Q_SIGNALS:
    void named(const QString& name, bool replaces);

  private:
    void judge();
    void finish();

    QStringList taken_;
    QLineEdit* name_;
    QLabel* note_;
    QPushButton* keep_;
};

}  // namespace studio::ui

// ui/dialogs/log_dialog.h - the program's log while it is written, with a filter.
#pragma once
#include <QComboBox>
#include <QDialog>
#include <QFile>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QTimer>

namespace studio::ui {

/// Shows the end of the log file and follows it. Prompt text is never in it.
/// Threads   GUI thread; reads at most 256 KB a turn.
class LogDialog : public QDialog {
    Q_OBJECT
  public:
    explicit LogDialog(const QString& file, QWidget* parent = nullptr);

  private:
    void follow();
    void refill();
    bool isWanted(const QString& line) const;

    QFile file_;
    QStringList lines_;
    QString rest_;  // of a line that is not complete yet
    QPlainTextEdit* text_;
    QComboBox* level_;
    QLineEdit* filter_;
    QTimer timer_;
};

}  // namespace studio::ui

// ui/dialogs/export_dialog.h - other forms of finished videos: choices, what would come of them, the work in the
// background.
#pragma once
#include <QDialog>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QStringList>
#include <QTimer>

#include "ui/dialogs/export_form.h"
#include "ui/export_work.h"

namespace studio::ui {

/// Shown with show(), never exec(). Closed while it works, it goes on unseen, tells by told() or failed() and goes
/// away. Threads   GUI thread.
class ExportDialog : public QDialog {
    Q_OBJECT
  public:
    /// `memory`: the file with the last choices; empty: none are kept.
    ExportDialog(const ExportCalls& calls, const QStringList& videos, const QString& memory, QWidget* parent = nullptr);
    ~ExportDialog() override;

    void reject() override;

  Q_SIGNALS:
    void told(const QString& words);
    void failed(const studio::Error& error);

  protected:
    void closeEvent(QCloseEvent* event) override;

  private:
    void makeTarget(QVBoxLayout& layout);
    void makeEnd(QVBoxLayout& layout);
    void connectWork();
    ExportRequest request(const QString& video) const;
    void askPlan();
    void showPlan(const ExportPlan& plan);
    void chooseTarget();
    void onFormChanged();
    void start();
    void showRunning(bool is_running);
    void onFinished(const QStringList& files, qint64 bytes);
    void onFailed(const Error& error, const QStringList& files);

    QStringList videos_;
    QString memory_;
    ExportForm* form_;
    QLineEdit* target_;
    QPushButton *browse_, *export_, *close_, *folder_;
    QLabel *estimate_, *problem_;
    QProgressBar* progress_;
    QTimer typing_;
    bool is_target_own_ = false;  // chosen by the person
    QString made_;                // the first new file
    ExportWork work_;
};

}  // namespace studio::ui

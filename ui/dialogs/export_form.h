// ui/dialogs/export_form.h - the choices of an export: format, quality, frame rate, plays, size, what the file tells.
#pragma once
#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QSettings>
#include <QSpinBox>
#include <QWidget>
#include <vector>

#include "ui/backend.h"

namespace studio::ui {

/// Threads   GUI thread.
class ExportForm : public QWidget {
    Q_OBJECT
  public:
    /// Formats that this machine cannot write are there and say why.
    explicit ExportForm(const ExportCalls& calls, QWidget* parent = nullptr);

    /// Into the members of the request that are chosen here.
    void fill(ExportRequest& request) const;
    ExportFormat format() const;
    QString extension() const;  // ".mp4"; empty: a folder
    void chooseFormat(ExportFormat format);

    void save(QSettings& settings) const;
    void restore(const QSettings& settings);

  Q_SIGNALS:
    void changed();

  private:
    void addFormats(const std::vector<ExportFormatInfo>& formats);
    void addRows();
    void update();
    const ExportFormatInfo& info() const;

    std::vector<ExportFormatInfo> formats_;
    QFormLayout* rows_;
    QComboBox *format_, *quality_, *rate_, *size_, *metadata_;
    QCheckBox* draw_;
    QSpinBox *plays_, *width_, *height_;
    QWidget* own_size_;
    QString cannot_draw_;  // why; empty: it can
};

}  // namespace studio::ui

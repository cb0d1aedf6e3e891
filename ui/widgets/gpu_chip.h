// ui/widgets/gpu_chip.h - what computes here, in a word or two; a click opens Doctor.
#pragma once
#include <QToolButton>
#include <optional>
#include <stop_token>

#include "ui/backend.h"
#include "ui/background.h"

namespace studio::ui {

/// Hidden until the machine has been looked at.
/// Threads   GUI thread; the look happens in the background.
class GpuChip : public QToolButton {
    Q_OBJECT
  public:
    explicit GpuChip(QWidget* parent = nullptr);
    ~GpuChip() override { stop_.request_stop(); }

    /// Look at the machine (Doctor's finding "gpu"); `found` follows.
    void look(const Backend& backend);
    /// What a prediction has measured; 0: not known.
    void setFreeMemory(quint64 bytes);
    bool hasGpu() const { return !name_.isEmpty(); }
    QString reason() const { return reason_; }

  Q_SIGNALS:
    void found();

  private:
    void show(const DoctorReport& report);
    void updateText();

    std::stop_source stop_;
    Background background_;
    bool is_known_ = false;
    QString name_;    // empty: none
    QString reason_;  // why there is none
    quint64 total_ = 0, free_ = 0;
};

}  // namespace studio::ui

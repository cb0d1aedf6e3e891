// ui/widgets/progress_panel.h - how far the job is: drawn steps, stage in words, time gone and time left.
#pragma once
#include <QElapsedTimer>
#include <QFrame>
#include <QLabel>
#include <QTimer>

#include "app/events.h"

namespace studio::ui {

/// The stages as a row of segments: prompt, every step, pictures. Says the same to screen readers as to the eye.
class StepSegments : public QWidget {
    Q_OBJECT
  public:
    explicit StepSegments(QWidget* parent = nullptr);
    void setSteps(int steps);
    void setProgress(const StageProgress& progress);
    void reset();
    /// How much of segment i is filled, 0 to 1. Segments: 0 the prompt, 1..steps the steps, last the pictures.
    double filled(int segment) const;
    int count() const;
    double fraction() const;  // of the whole job, 0 to 1

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    int steps_ = 0;
    StageProgress progress_;
};

/// Threads   GUI thread.
class ProgressPanel : public QFrame {
    Q_OBJECT
  public:
    explicit ProgressPanel(QWidget* parent = nullptr);

    /// A job was asked for; its first event may take a moment.
    void begin();
    void setPlan(const ResolvedRequest& plan);
    void setProgress(const StageProgress& progress);
    void setCancelling();
    void end();

  private:
    void updateTime();

    StepSegments* segments_;
    QLabel* stage_;
    QLabel* time_;
    QTimer second_;
    QElapsedTimer clock_;           // since begin()
    std::optional<double> left_s_;  // as last told
    qint64 left_told_ms_ = 0;
};

}  // namespace studio::ui

// ui/widgets/fit_line.h - whether what is asked for fits into this machine's memory, said before the button is pressed.
#pragma once
#include <QFrame>
#include <QLabel>
#include <QPushButton>
#include <QTimer>
#include <optional>

#include "ui/backend.h"
#include "ui/background.h"

namespace studio::ui {

/// Threads   GUI thread; the planner runs in the background, one question at a time.
class FitLine : public QFrame {
    Q_OBJECT
  public:
    explicit FitLine(const Backend& backend, QWidget* parent = nullptr);

    /// Ask about these settings soon; many calls in a row are one question.
    void ask(const GenerationRequest& request);

  Q_SIGNALS:
    void answered(const studio::Fit& fit);
    /// The person takes the offered smaller size or length.
    void changeWanted(const studio::GenerationRequest& smaller);

  private:
    void run();
    void showAnswer(const Result<Fit>& answer);
    void offer(const FittingChange& change);

    std::function<Result<Fit>(const GenerationRequest&)> fit_;
    Background background_;
    QTimer pause_;
    std::optional<GenerationRequest> wanted_;  // not yet asked
    GenerationRequest smaller_;                // what was asked about, with the offered change in it
    bool is_asking_ = false;
    QLabel* text_;
    QPushButton* change_;
};

}  // namespace studio::ui

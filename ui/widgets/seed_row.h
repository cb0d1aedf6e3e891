// ui/widgets/seed_row.h - the seed: a new one every time (dice), or one that stays (number, lock, the last one again).
#pragma once
#include <QLineEdit>
#include <QToolButton>
#include <QWidget>
#include <optional>

#include "core/result.h"

namespace studio::ui {

/// Threads   GUI thread.
class SeedRow : public QWidget {
    Q_OBJECT
  public:
    explicit SeedRow(QWidget* parent = nullptr);

    /// -1: a new one every time.   Errors: InvalidArgument for a number that is too large.
    Result<qint64> seed() const;
    void setSeed(qint64 seed);
    /// The seed that the newest video is made with.
    void setLast(qint64 seed);
    QLineEdit* edit() { return edit_; }

  private:
    void lock(bool is_locked);
    void updateState();

    std::optional<qint64> last_;
    QLineEdit* edit_;
    QToolButton* dice_;
    QToolButton* lock_;
    QToolButton* again_;
};

}  // namespace studio::ui

// ui/widgets/error_panel.h - a failure in words: what, why, and what to do. Stays until dismissed or until the next
// try.
#pragma once
#include <QFrame>
#include <QLabel>

#include "app/error_text.h"

namespace studio::ui {

/// Shows every text literally, whatever is in it. Announces itself to screen readers.
/// Threads   GUI thread.
class ErrorPanel : public QFrame {
    Q_OBJECT
  public:
    explicit ErrorPanel(QWidget* parent = nullptr);
    /// `code` chooses the headline in the window's language. `note`: one more sentence, e.g. where finished work was
    /// kept; may be empty.
    void showError(ErrorCode code, const ErrorText& text, const QString& note = {});

    /// A remark that is no failure, in the same place.
    void showNote(const QString& title, const QString& text);

  private:
    void announce();
    QLabel* title_;
    QLabel* message_;
    QLabel* fix_;
    QString details_;  // for the clipboard
};

}  // namespace studio::ui

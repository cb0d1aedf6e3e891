// ui/widgets/result_bar.h - what can be done with the result on the stage: the frequent things as buttons, all of them
// in a menu; and one line that tells what came of it.
#pragma once
#include <QLabel>
#include <QProgressBar>
#include <QToolButton>
#include <QWidget>
#include <functional>
#include <map>

#include "ui/result_action.h"

namespace studio::ui {

/// Threads   GUI thread.
class ResultBar : public QWidget {
    Q_OBJECT
  public:
    explicit ResultBar(QWidget* parent = nullptr);

    /// Asks which of them can be done now: an empty answer means yes, anything else is the reason why not.
    void update(const std::function<QString(ResultAction)>& why_not);
    QToolButton* button(ResultAction action) { return buttons_.at(action); }

    /// One line for people; empty hides it. `is_mark`: it stays, as a remark about this result.
    void say(const QString& text);
    /// Something takes a while: a bar from 0 to 1 with a way to stop it. Negative ends it.
    void setProgress(double fraction, const QString& what);
    QString said() const;

  Q_SIGNALS:
    void wanted(studio::ui::ResultAction action);
    void cancelWanted();

  private:
    void makeMenu();

    std::map<ResultAction, QToolButton*> buttons_;
    std::map<ResultAction, QAction*> entries_;
    QToolButton* more_;
    QWidget* line_;
    QLabel* words_;
    QProgressBar* progress_;
    QToolButton* cancel_;
};

}  // namespace studio::ui

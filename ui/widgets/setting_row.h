// ui/widgets/setting_row.h - one setting: name, control, reset mark, and the reason where it does nothing.
#pragma once
#include <QLabel>
#include <QToolButton>
#include <QWidget>
#include <functional>

#include "app/settings_table.h"
#include "ui/widgets/setting_words.h"

namespace studio::ui {

/// Made from a row of the settings table. Its value is JSON of that type, or null: as the model wants it.
/// Threads   GUI thread.
class SettingRow : public QWidget {
    Q_OBJECT
  public:
    explicit SettingRow(const Setting& setting, QWidget* parent = nullptr);

    std::string key() const { return std::string(setting_.key); }
    /// What null stands for: the model's own value, or null when nobody has stated one.
    void setOwn(const Json& own);
    void setValue(const Json& value);
    /// Null while it is the model's own, or does nothing.
    Json value() const;
    /// Largest number offered; the table's own limit above it stays reachable by setValue.
    void setMaximum(int maximum);
    /// Enabled, or the reason why not; choices that cannot be had likewise.
    void judge(const SettingSurroundings& around);
    bool isChanged() const { return !value_.is_null(); }
    QString whyNot() const { return why_not_; }

  Q_SIGNALS:
    void changed();

  private:
    QWidget* makeControl();
    QWidget* makeChoice();
    QWidget* makeSteps();
    QWidget* makeWhole();
    QWidget* makeNumber();
    QWidget* makeBytes();
    QWidget* makePath();
    void take(const Json& value);  // from the control
    void showValue();
    void updateMarks();

    const Setting& setting_;
    Json own_, value_;
    QString why_not_;
    QWidget* control_;
    std::function<void(const Json&)> show_;  // what runs, into the control
    std::function<void(int)> limit_;
    std::function<void(const SettingSurroundings&)> judge_choices_;
    QLabel* label_;
    QLabel* state_;  // value of a slider
    QLabel* reason_;
    QToolButton* reset_;
};

}  // namespace studio::ui

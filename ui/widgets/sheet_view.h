// ui/widgets/sheet_view.h - a contact sheet: the tries as a grid that fills as they come, and what to do with one.
#pragma once
#include <QElapsedTimer>
#include <QLabel>
#include <QListView>
#include <QPushButton>
#include <QStyledItemDelegate>
#include <QTimer>
#include <QWidget>

#include "ui/models/sheet_model.h"

namespace studio::ui {

class SheetDelegate : public QStyledItemDelegate {
    Q_OBJECT
  public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override { return cell_; }
    void setCell(QSize cell) { cell_ = cell; }

  private:
    QSize cell_{120, 120};
};

/// The try under the mouse or with the focus loops, the others stand still.
/// Ownership  the model must outlive it.   Threads  GUI thread.
class SheetView : public QWidget {
    Q_OBJECT
  public:
    explicit SheetView(SheetModel& model, QWidget* parent = nullptr);

    /// The try that is chosen; 0: none.
    quint64 chosen() const;
    QListView& grid() { return *grid_; }

  Q_SIGNALS:
    void finishWanted(quint64 job);
    void moreWanted(quint64 job);
    void playWanted(quint64 job);
    void cancelWanted();
    void closeWanted();

  protected:
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    QWidget* makeButtons();
    void connectGrid();
    void update();
    void placeCells();
    void loop(int row);
    void showNextFrame();

    SheetModel& model_;
    QListView* grid_;
    SheetDelegate* delegate_;
    QLabel* title_;
    QLabel* hint_;
    QPushButton *finish_, *more_, *cancel_;
    QTimer timer_;
    QElapsedTimer clock_;
    int looping_ = -1;  // row
};

}  // namespace studio::ui

// ui/widgets/job_list.h - jobs as rows with thumbnails or as a grid of them: the queue and the history.
#pragma once
#include <QListView>
#include <QStyledItemDelegate>

namespace studio::ui {

class JobDelegate : public QStyledItemDelegate {
    Q_OBJECT
  public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    /// Width of a cell of a grid; 0: rows.
    void setCell(int width) { cell_ = width; }

  private:
    void paintRow(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const;
    void paintCell(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const;

    int cell_ = 0;
};

/// Rows of a QueueModel or HistoryModel (models/job_roles.h). Says in one sentence what it is for while it is empty.
class JobList : public QListView {
    Q_OBJECT
  public:
    explicit JobList(const QString& empty_text, QWidget* parent = nullptr);

    void setGrid(bool is_grid);
    /// Rows can be put in another order by keys; the prompt's Alt+Up and Alt+Down then rest while the list has the
    /// focus.
    void setSortable(bool is_sortable) { is_sortable_ = is_sortable; }
    void setEmptyText(const QString& text);
    /// Of the selected rows, top to bottom.
    QList<quint64> selectedJobs() const;

  Q_SIGNALS:
    /// A row was clicked, or Enter or Space pressed on it.
    void chosen(int row);
    void removeWanted();  // Delete was pressed
    /// Alt with up (-1) or down (1), in a list that can be put in order.
    void moveWanted(int delta);

  protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

  private:
    void updateCells();

    QString empty_text_;
    JobDelegate* delegate_;
    bool is_grid_ = false;
    bool is_sortable_ = false;
};

}  // namespace studio::ui

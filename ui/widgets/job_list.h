// ui/widgets/job_list.h - jobs as a column of thumbnails: the queue and the history.
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
};

/// Rows of a QueueModel or HistoryModel (models/job_roles.h). Says in one sentence what it is for while it is empty.
class JobList : public QListView {
    Q_OBJECT
  public:
    explicit JobList(const QString& empty_text, QWidget* parent = nullptr);

    /// Of the selected rows, top to bottom.
    QList<quint64> selectedJobs() const;

  Q_SIGNALS:
    /// A row was clicked, or Enter or Space pressed on it.
    void chosen(int row);
    void removeWanted();  // Delete was pressed

  protected:
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    QString empty_text_;
};

}  // namespace studio::ui

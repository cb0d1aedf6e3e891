// ui/widgets/results_list.h - this sitting's videos as a column of thumbnails.
#pragma once
#include <QListView>
#include <QStyledItemDelegate>

namespace studio::ui {

class ResultDelegate : public QStyledItemDelegate {
    Q_OBJECT
  public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

/// Rows of a ResultsModel. Says in one sentence what it is for while it is empty.
class ResultsList : public QListView {
    Q_OBJECT
  public:
    explicit ResultsList(QWidget* parent = nullptr);

  Q_SIGNALS:
    /// A row was clicked, or Enter or Space pressed on it.
    void chosen(int row);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
};

}  // namespace studio::ui

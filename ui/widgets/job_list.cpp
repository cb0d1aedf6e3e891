#include "ui/widgets/job_list.h"

#include <QKeyEvent>
#include <QPainter>
#include <QPainterPath>
#include <QTextLayout>
#include <algorithm>

#include "ui/models/job_roles.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

namespace studio::ui {

namespace {
constexpr int kThumbSide = 64;
constexpr int kRowHeight = kThumbSide + 2 * kGrid;
constexpr int kCellWidth = 108;  // at least; a line is filled with as many as fit
constexpr int kCellWords = 34;   // two small lines under the picture

/// The first two lines of a text, the second one elided. Works for scripts without spaces too.
void drawTwoLines(QPainter* painter, const QRect& rect, const QString& text, const QFont& font) {
    QTextOption option;
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    QTextLayout layout(text.simplified(), font);
    layout.setTextOption(option);
    layout.beginLayout();
    const QFontMetrics metrics(font);
    int y = rect.top();
    for (int i = 0; i < 2; ++i) {
        QTextLine line = layout.createLine();
        if (!line.isValid()) break;
        line.setLineWidth(rect.width());
        QString part = layout.text().mid(line.textStart());
        if (i == 0) part = part.left(line.textLength());
        painter->drawText(QRect(rect.left(), y, rect.width(), metrics.height()), Qt::AlignLeft | Qt::AlignVCenter,
                          metrics.elidedText(part, Qt::ElideRight, rect.width()));
        y += metrics.lineSpacing();
    }
    layout.endLayout();
}

void drawThumbnail(QPainter* painter, const QRectF& box, const QImage& image, const QPalette& palette) {
    QPainterPath outline;
    outline.addRoundedRect(box, 8, 8);
    painter->fillPath(outline, stageColor(palette));
    if (image.isNull()) return;
    QSizeF part = box.size().scaled(image.size(), Qt::KeepAspectRatio);
    QRectF source(QPointF(), part);
    source.moveCenter(QRectF(image.rect()).center());
    painter->save();
    painter->setClipPath(outline);
    painter->drawImage(box, image, source);
    painter->restore();
}

void drawStar(QPainter* painter, QPointF corner, const QPalette& palette) {
    painter->setPen(Qt::NoPen);
    painter->setBrush(accentColor(palette));
    painter->drawEllipse(QRectF(corner, QSizeF(18, 18)));
    makeIconOnAccent(Glyph::kStar).paint(painter, QRectF(corner + QPointF(2, 2), QSizeF(14, 14)).toRect());
}

bool hasFailed(const QModelIndex& index) {
    return index.data(kStateRole).toInt() == 4;  // store::JobState::kFailed; numbers never change
}

/// No state by colour alone: the second line says it in words, this only catches the eye.
void drawMark(QPainter* painter, const QRectF& box) {
    makeIcon(Glyph::kWarning).paint(painter, QRectF(box.center() - QPointF(12, 12), QSizeF(24, 24)).toRect());
}

void drawFraction(QPainter* painter, const QRectF& box, double fraction, const QPalette& palette) {
    const QRectF track(box.left() + 6, box.bottom() - 10, box.width() - 12, 4);
    painter->setPen(Qt::NoPen);
    painter->setBrush(QColor(0, 0, 0, 130));
    painter->drawRoundedRect(track, 2, 2);
    painter->setBrush(accentColor(palette));
    painter->drawRoundedRect(QRectF(track.topLeft(), QSizeF(track.width() * fraction, 4)), 2, 2);
}

/// The place of a row or a cell: chosen, under the mouse, with the focus.
void drawPlace(QPainter* painter, const QStyleOptionViewItem& option) {
    const QPalette& palette = option.palette;
    const QRectF place = QRectF(option.rect).adjusted(1, 1, -1, -1);
    const bool is_selected = option.state & QStyle::State_Selected;
    if (is_selected || option.state & QStyle::State_MouseOver) {
        painter->setPen(Qt::NoPen);
        painter->setBrush(is_selected ? palette.color(QPalette::Midlight) : raisedColor(palette));
        painter->drawRoundedRect(place, 10, 10);
    }
    if (option.state & QStyle::State_HasFocus) {
        painter->setPen(QPen(accentColor(palette), 1));
        painter->setBrush(Qt::NoBrush);
        painter->drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), 10, 10);
    }
}

void drawPicture(QPainter* painter, const QRectF& box, const QModelIndex& index, const QPalette& palette) {
    drawThumbnail(painter, box, index.data(Qt::DecorationRole).value<QImage>(), palette);
    if (index.data(kIsRunningRole).toBool()) drawFraction(painter, box, index.data(kFractionRole).toDouble(), palette);
    if (index.data(kIsStarredRole).toBool()) drawStar(painter, box.topLeft() + QPointF(6, 6), palette);
    if (index.data(kIsMissingRole).toBool() || hasFailed(index)) drawMark(painter, box);
}
}  // namespace

void JobDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    painter->save();
    painter->setRenderHints(QPainter::Antialiasing | QPainter::SmoothPixmapTransform);
    drawPlace(painter, option);
    if (cell_ > 0)
        paintCell(painter, option, index);
    else
        paintRow(painter, option, index);
    painter->restore();
}

void JobDelegate::paintRow(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const QPalette& palette = option.palette;
    const QRectF box(option.rect.left() + kGrid, option.rect.top() + kGrid, kThumbSide, kThumbSide);
    drawPicture(painter, box, index, palette);
    const int left = int(box.right()) + kGrid + 4;
    const QRect text(left, option.rect.top() + kGrid + 2, option.rect.right() - kGrid - left, kThumbSide - 4);
    painter->setPen(palette.color(QPalette::Text));
    drawTwoLines(painter, text, index.data(Qt::DisplayRole).toString(), option.font);
    QFont small = option.font;
    small.setPointSizeF(small.pointSizeF() * 0.9);
    painter->setFont(small);
    painter->setPen(mutedColor(palette));
    painter->drawText(text, Qt::AlignLeft | Qt::AlignBottom,
                      QFontMetrics(small).elidedText(index.data(kDetailRole).toString(), Qt::ElideRight, text.width()));
}

void JobDelegate::paintCell(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const QPalette& palette = option.palette;
    const QRectF place = QRectF(option.rect).adjusted(5, 5, -5, -5);
    const QRectF box(place.topLeft(), QSizeF(place.width(), place.height() - kCellWords));
    drawPicture(painter, box, index, palette);
    QFont small = option.font;
    small.setPointSizeF(small.pointSizeF() * 0.88);
    painter->setFont(small);
    const QFontMetrics metrics(small);
    const QRect words(int(place.left()) + 2, int(box.bottom()) + 3, int(place.width()) - 4, kCellWords - 3);
    painter->setPen(palette.color(QPalette::Text));
    painter->drawText(
        words, Qt::AlignLeft | Qt::AlignTop,
        metrics.elidedText(index.data(Qt::DisplayRole).toString().simplified(), Qt::ElideRight, words.width()));
    painter->setPen(mutedColor(palette));
    painter->drawText(words, Qt::AlignLeft | Qt::AlignBottom,
                      metrics.elidedText(index.data(kDetailRole).toString(), Qt::ElideRight, words.width()));
}

QSize JobDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const {
    return cell_ > 0 ? QSize(cell_, cell_ * 3 / 4 + kCellWords) : QSize(200, kRowHeight);
}

JobList::JobList(const QString& empty_text, QWidget* parent) : QListView(parent), empty_text_(empty_text) {
    delegate_ = new JobDelegate(this);
    setItemDelegate(delegate_);
    setMouseTracking(true);
    setUniformItemSizes(true);
    setSpacing(0);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    connect(this, &QListView::clicked, this, [this](const QModelIndex& index) { Q_EMIT chosen(index.row()); });
}

void JobList::setGrid(bool is_grid) {
    is_grid_ = is_grid;
    setFlow(is_grid ? QListView::LeftToRight : QListView::TopToBottom);
    setWrapping(is_grid);
    setResizeMode(is_grid ? QListView::Adjust : QListView::Fixed);
    updateCells();
}

void JobList::setEmptyText(const QString& text) {
    empty_text_ = text;
    viewport()->update();
}

/// Cells fill the width: no ragged edge, whatever the panel's width.
void JobList::updateCells() {
    const int room = viewport()->width() - 1;
    delegate_->setCell(is_grid_ ? room / std::max(1, room / kCellWidth) : 0);
    scheduleDelayedItemsLayout();
}

void JobList::resizeEvent(QResizeEvent* event) {
    if (is_grid_ && event->size().width() != event->oldSize().width()) updateCells();
    QListView::resizeEvent(event);
}

void JobList::paintEvent(QPaintEvent* event) {
    QListView::paintEvent(event);
    if (!model() || model()->rowCount() > 0) return;
    QPainter painter(viewport());
    painter.setPen(mutedColor(palette()));
    painter.drawText(viewport()->rect().adjusted(2 * kGrid, 2 * kGrid, -2 * kGrid, -2 * kGrid),
                     Qt::AlignHCenter | Qt::AlignTop | Qt::TextWordWrap, empty_text_);
}

QList<quint64> JobList::selectedJobs() const {
    QModelIndexList rows = selectionModel() ? selectionModel()->selectedRows() : QModelIndexList();
    std::sort(rows.begin(), rows.end());
    QList<quint64> ids;
    for (const QModelIndex& row : rows)
        ids << row.data(kIdRole).toULongLong();
    return ids;
}

namespace {
/// -1, 1, or 0 for any other key.
int moveOf(const QKeyEvent& event) {
    if (!(event.modifiers() & Qt::AltModifier)) return 0;
    return event.key() == Qt::Key_Up ? -1 : event.key() == Qt::Key_Down ? 1 : 0;
}
}  // namespace

bool JobList::event(QEvent* event) {
    const bool is_mine = is_sortable_ && event->type() == QEvent::ShortcutOverride;
    if (is_mine && moveOf(*static_cast<QKeyEvent*>(event)) != 0) event->accept();
    return QListView::event(event);
}

void JobList::keyPressEvent(QKeyEvent* event) {
    if (const int delta = is_sortable_ ? moveOf(*event) : 0; delta != 0) {
        Q_EMIT moveWanted(delta);
        return;
    }
    const bool is_choice =
        event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter || event->key() == Qt::Key_Space;
    if (is_choice && !(event->modifiers() & Qt::ControlModifier) && currentIndex().isValid()) {
        Q_EMIT chosen(currentIndex().row());
        return;
    }
    if (event->key() == Qt::Key_Delete && currentIndex().isValid()) {
        Q_EMIT removeWanted();
        return;
    }
    QListView::keyPressEvent(event);
}

}  // namespace studio::ui

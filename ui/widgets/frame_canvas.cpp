#include "ui/widgets/frame_canvas.h"

#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>

#include "ui/theme/theme.h"

namespace studio::ui {

namespace {
constexpr qreal kGroundRadius = 12;
constexpr qreal kPictureRadius = 8;
constexpr qreal kWipeReach = 12;  // how near the line a drag must begin
constexpr qreal kClickReach = 4;  // a hand that trembles is still a click

void paintShadow(QPainter& painter, const QRectF& rect) {
    painter.setPen(Qt::NoPen);
    for (int i = 6; i >= 1; --i) {
        painter.setBrush(QColor(0, 0, 0, 6));
        painter.drawRoundedRect(rect.adjusted(-i * 2, -i * 2 + 3, i * 2, i * 2 + 3), kPictureRadius + i * 2,
                                kPictureRadius + i * 2);
    }
}

void paintWipeLine(QPainter& painter, const QRectF& picture, double x) {
    painter.setPen(QPen(QColor(0, 0, 0, 120), 4));
    painter.drawLine(QPointF(x, picture.top()), QPointF(x, picture.bottom()));
    painter.setPen(QPen(Qt::white, 2));
    painter.drawLine(QPointF(x, picture.top()), QPointF(x, picture.bottom()));
    const QPointF middle(x, picture.center().y());
    painter.setPen(Qt::NoPen);
    painter.setBrush(QColor(0, 0, 0, 150));
    painter.drawEllipse(middle, 14, 14);
    painter.setBrush(Qt::white);
    for (const int side : {-1, 1}) {
        const QPointF tip = middle + QPointF(side * 9, 0);
        painter.drawPolygon(QPolygonF{tip, tip + QPointF(-side * 5, -4), tip + QPointF(-side * 5, 4)});
    }
}
}  // namespace

FrameCanvas::FrameCanvas(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void FrameCanvas::setImage(const QImage& image) {
    image_ = image;
    clampPan();
    update();
}

void FrameCanvas::setOther(const QImage& image) {
    other_ = image;
    update();
}

void FrameCanvas::setCompare(Compare compare) {
    if (compare == Compare::kOff) other_ = QImage();
    compare_ = compare;
    clampPan();
    update();
}

void FrameCanvas::setWipe(double share) {
    wipe_ = std::clamp(share, 0.0, 1.0);
    update();
}

void FrameCanvas::setZoom(Zoom zoom) {
    zoom_ = zoom;
    pan_ = {};
    setCursor(zoom == Zoom::kActual ? Qt::OpenHandCursor : Qt::ArrowCursor);
    update();
}

void FrameCanvas::setBadge(const QString& badge) {
    if (badge == badge_) return;
    badge_ = badge;
    update();
}

void FrameCanvas::setOtherBadge(const QString& badge) {
    other_badge_ = badge;
    update();
}

/// side 0: all of it; 1 and 2: the left and the right half of a comparison.
QRectF FrameCanvas::roomOf(int side) const {
    const QRectF all = QRectF(rect()).adjusted(2 * kGrid, 2 * kGrid, -2 * kGrid, -2 * kGrid);
    if (side == 0) return all;
    const qreal half = (all.width() - kGrid) / 2;
    return QRectF(side == 1 ? all.left() : all.right() - half, all.top(), half, all.height());
}

QRectF FrameCanvas::placed(QSize shape, const QRectF& room) const {
    if (shape.isEmpty()) return {};
    const bool is_actual = zoom_ == Zoom::kActual && !image_.isNull();
    const QSizeF size =
        is_actual ? QSizeF(shape) / devicePixelRatioF() : QSizeF(shape).scaled(room.size(), Qt::KeepAspectRatio);
    QRectF picture(QPointF(), size);
    picture.moveCenter(room.center() + (is_actual ? pan_ : QPointF()));
    return picture;
}

QRectF FrameCanvas::pictureRect() const {
    const QSize shape = image_.isNull() ? placeholder_ : image_.size();
    return placed(shape, roomOf(compare_ == Compare::kSides ? 1 : 0));
}

/// When wiping, the second picture lies exactly over the first one, whatever its own size.
QRectF FrameCanvas::otherRect() const {
    if (compare_ == Compare::kWipe) return pictureRect();
    return placed(other_.size(), roomOf(2));
}

double FrameCanvas::wipeX() const {
    const QRectF seen = pictureRect().intersected(roomOf(0));
    return seen.left() + wipe_ * seen.width();
}

bool FrameCanvas::isCut(const QRectF& picture, const QRectF& room) const {
    return picture.width() > room.width() + 0.5 || picture.height() > room.height() + 0.5;
}

/// A picture larger than its room can be moved until its edge meets the room's, no further.
void FrameCanvas::clampPan() {
    const QRectF room = roomOf(compare_ == Compare::kSides ? 1 : 0);
    const QSizeF size = QSizeF(image_.size()) / devicePixelRatioF();
    const qreal x = std::max(0.0, (size.width() - room.width()) / 2);
    const qreal y = std::max(0.0, (size.height() - room.height()) / 2);
    pan_ = QPointF(std::clamp(pan_.x(), -x, x), std::clamp(pan_.y(), -y, y));
}

void FrameCanvas::paintPicture(QPainter& painter, const QRectF& picture, const QRectF& room,
                               const QImage& image) const {
    const bool is_cut = isCut(picture, room);
    if (!is_cut) paintShadow(painter, picture);
    QPainterPath outline;
    outline.addRoundedRect(is_cut ? picture.intersected(room) : picture, kPictureRadius, kPictureRadius);
    if (image.isNull()) {
        QLinearGradient soft(picture.topLeft(), picture.bottomRight());
        soft.setColorAt(0, raisedColor(palette()));
        soft.setColorAt(1, palette().color(QPalette::AlternateBase));
        painter.fillPath(outline, soft);
        return;
    }
    painter.save();
    painter.setClipPath(outline, Qt::IntersectClip);
    // One pixel on one pixel must stay what it is; scaling needs the smooth way.
    painter.setRenderHint(QPainter::SmoothPixmapTransform, zoom_ == Zoom::kFit);
    painter.drawImage(picture, image);
    painter.restore();
}

void FrameCanvas::paintBadge(QPainter& painter, QPointF corner, const QString& badge, bool is_right) const {
    if (badge.isEmpty()) return;
    const QFontMetrics metrics(font());
    const QRectF room = is_right ? otherRect() : pictureRect();
    const qreal widest = std::max(60.0, (compare_ == Compare::kWipe ? room.width() / 2 : room.width()) - 48);
    const QString words = metrics.elidedText(badge, Qt::ElideRight, int(widest));
    const QSizeF size(metrics.horizontalAdvance(words) + 24, metrics.height() + 10);
    const QRectF pill(
        is_right && compare_ == Compare::kWipe ? corner - QPointF(size.width() + 12, -12) : corner + QPointF(12, 12),
        size);
    painter.setPen(Qt::NoPen);
    painter.setBrush(QColor(0, 0, 0, 150));  // over any picture, in both appearances
    painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2);
    painter.setPen(Qt::white);
    painter.drawText(pill, Qt::AlignCenter, words);
}

void FrameCanvas::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHints(QPainter::Antialiasing | QPainter::SmoothPixmapTransform);
    painter.setPen(Qt::NoPen);
    painter.setBrush(stageColor(palette()));
    painter.drawRoundedRect(QRectF(rect()), kGroundRadius, kGroundRadius);
    const QRectF picture = pictureRect();
    if (picture.isEmpty()) return;
    const bool is_pair = compare_ != Compare::kOff && !other_.isNull();
    paintPicture(painter, picture, roomOf(is_pair && compare_ == Compare::kSides ? 1 : 0), image_);
    const QRectF seen = picture.intersected(roomOf(0));
    if (is_pair && compare_ == Compare::kSides) paintPicture(painter, otherRect(), roomOf(2), other_);
    if (is_pair && compare_ == Compare::kWipe) {
        painter.save();
        painter.setClipRect(QRectF(QPointF(wipeX(), seen.top()), seen.bottomRight()));
        paintPicture(painter, picture, roomOf(0), other_);
        painter.restore();
        paintWipeLine(painter, seen, wipeX());
    }
    paintBadge(painter, seen.topLeft(), badge_, false);
    if (is_pair)
        paintBadge(painter, compare_ == Compare::kWipe ? seen.topRight() : otherRect().topLeft(), other_badge_, true);
}

void FrameCanvas::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return QWidget::mousePressEvent(event);
    drag_from_ = event->position();
    pan_from_ = pan_;
    has_moved_ = false;
    const bool is_at_line = compare_ == Compare::kWipe && std::abs(drag_from_.x() - wipeX()) <= kWipeReach;
    drag_ = is_at_line ? Drag::kWipe : Drag::kPan;
    event->ignore();  // the stage takes the focus
}

void FrameCanvas::mouseMoveEvent(QMouseEvent* event) {
    if (drag_ == Drag::kNone) return;
    const QPointF way = event->position() - drag_from_;
    has_moved_ = has_moved_ || way.manhattanLength() > kClickReach;
    if (drag_ == Drag::kWipe) {
        const QRectF seen = pictureRect().intersected(roomOf(0));
        setWipe((event->position().x() - seen.left()) / std::max(1.0, seen.width()));
        Q_EMIT wipeMoved(wipe_);
    } else if (zoom_ == Zoom::kActual) {
        pan_ = pan_from_ + way;
        clampPan();
        update();
    }
}

void FrameCanvas::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || drag_ == Drag::kNone) return;
    const bool is_click = drag_ == Drag::kPan && !has_moved_;
    drag_ = Drag::kNone;
    if (is_click) Q_EMIT clicked();
}

void FrameCanvas::mouseDoubleClickEvent(QMouseEvent* event) {
    drag_ = Drag::kNone;  // the release that follows is no third click
    if (event->button() == Qt::LeftButton) Q_EMIT doubleClicked();
}

void FrameCanvas::resizeEvent(QResizeEvent*) {
    clampPan();
}

}  // namespace studio::ui

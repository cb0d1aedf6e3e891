#include "ui/widgets/frame_canvas.h"

#include <QPainter>
#include <QPainterPath>

#include "ui/theme/theme.h"

namespace studio::ui {

namespace {
constexpr qreal kGroundRadius = 12;
constexpr qreal kPictureRadius = 8;

void paintShadow(QPainter& painter, const QRectF& rect) {
    painter.setPen(Qt::NoPen);
    for (int i = 6; i >= 1; --i) {
        painter.setBrush(QColor(0, 0, 0, 6));
        painter.drawRoundedRect(rect.adjusted(-i * 2, -i * 2 + 3, i * 2, i * 2 + 3), kPictureRadius + i * 2,
                                kPictureRadius + i * 2);
    }
}
}  // namespace

FrameCanvas::FrameCanvas(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void FrameCanvas::setImage(const QImage& image) {
    image_ = image;
    update();
}

void FrameCanvas::setBadge(const QString& badge) {
    if (badge == badge_) return;
    badge_ = badge;
    update();
}

QRectF FrameCanvas::pictureRect() const {
    const QSize shape = image_.isNull() ? placeholder_ : image_.size();
    if (shape.isEmpty()) return {};
    const QRectF room = QRectF(rect()).adjusted(2 * kGrid, 2 * kGrid, -2 * kGrid, -2 * kGrid);
    QRectF picture(QPointF(), QSizeF(shape).scaled(room.size(), Qt::KeepAspectRatio));
    picture.moveCenter(room.center());
    return picture;
}

void FrameCanvas::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHints(QPainter::Antialiasing | QPainter::SmoothPixmapTransform);
    painter.setPen(Qt::NoPen);
    painter.setBrush(stageColor(palette()));
    painter.drawRoundedRect(QRectF(rect()), kGroundRadius, kGroundRadius);
    const QRectF picture = pictureRect();
    if (picture.isEmpty()) return;
    paintShadow(painter, picture);
    QPainterPath outline;
    outline.addRoundedRect(picture, kPictureRadius, kPictureRadius);
    if (image_.isNull()) {
        QLinearGradient soft(picture.topLeft(), picture.bottomRight());
        soft.setColorAt(0, raisedColor(palette()));
        soft.setColorAt(1, palette().color(QPalette::AlternateBase));
        painter.fillPath(outline, soft);
    } else {
        painter.save();
        painter.setClipPath(outline);
        painter.drawImage(picture, image_);
        painter.restore();
    }
    if (badge_.isEmpty()) return;
    const QFontMetrics metrics(font());
    const QRectF pill(picture.left() + 12, picture.top() + 12, metrics.horizontalAdvance(badge_) + 24,
                      metrics.height() + 10);
    painter.setBrush(QColor(0, 0, 0, 150));  // over any picture, in both appearances
    painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2);
    painter.setPen(Qt::white);
    painter.drawText(pill, Qt::AlignCenter, badge_);
}

}  // namespace studio::ui

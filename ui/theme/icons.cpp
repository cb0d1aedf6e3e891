#include "ui/theme/icons.h"

#include <QGuiApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPainterPath>
#include <QPalette>
#include <QtMath>

namespace studio::ui {

namespace {
// Every glyph lives on a 24 x 24 grid with round pen strokes of 1.8; solid shapes are filled.
constexpr qreal kGridSize = 24;
constexpr qreal kPenWidth = 1.8;

void triangle(QPainterPath& path, QPointF a, QPointF b, QPointF c) {
    path.moveTo(a);
    path.lineTo(b);
    path.lineTo(c);
    path.closeSubpath();
}

QPainterPath solidPath(Glyph glyph) {
    QPainterPath path;
    switch (glyph) {
        case Glyph::kPlay:
            triangle(path, {8, 5.5}, {18.5, 12}, {8, 18.5});
            break;
        case Glyph::kPause:
            path.addRoundedRect(QRectF(7, 5.5, 3.4, 13), 1.2, 1.2);
            path.addRoundedRect(QRectF(13.6, 5.5, 3.4, 13), 1.2, 1.2);
            break;
        case Glyph::kStepBack:
            triangle(path, {17, 6.5}, {9, 12}, {17, 17.5});
            break;
        case Glyph::kStepForward:
            triangle(path, {7, 6.5}, {15, 12}, {7, 17.5});
            break;
        case Glyph::kDice:
            for (const QPointF dot :
                 {QPointF(8.6, 8.6), QPointF(15.4, 8.6), QPointF(12, 12), QPointF(8.6, 15.4), QPointF(15.4, 15.4)})
                path.addEllipse(dot, 1.25, 1.25);
            break;
        case Glyph::kSpark:
            path.moveTo(11, 3.5);
            path.cubicTo(11.8, 9, 13.5, 10.7, 19, 11.5);
            path.cubicTo(13.5, 12.3, 11.8, 14, 11, 19.5);
            path.cubicTo(10.2, 14, 8.5, 12.3, 3, 11.5);
            path.cubicTo(8.5, 10.7, 10.2, 9, 11, 3.5);
            path.addEllipse(QPointF(18.8, 18.2), 1.6, 1.6);
            break;
        case Glyph::kWarning:
            path.addEllipse(QPointF(12, 16.8), 1.2, 1.2);
            break;
        case Glyph::kStar:
            for (int i = 0; i < 10; ++i) {
                const qreal angle = M_PI / 5 * i - M_PI / 2, radius = i % 2 ? 3.6 : 8.5;
                const QPointF point(12 + radius * qCos(angle), 12.5 + radius * qSin(angle));
                i == 0 ? path.moveTo(point) : path.lineTo(point);
            }
            path.closeSubpath();
            break;
        case Glyph::kTheme:
            path.moveTo(12, 4.5);
            path.arcTo(QRectF(4.5, 4.5, 15, 15), 90, 180);
            path.closeSubpath();
            break;
        case Glyph::kMore:
            for (const qreal x : {6.0, 12.0, 18.0})
                path.addEllipse(QPointF(x, 12), 1.5, 1.5);
            break;
        default:
            break;
    }
    return path;
}

QPainterPath linePath(Glyph glyph) {
    QPainterPath path;
    switch (glyph) {
        case Glyph::kStepBack:
            path.moveTo(6.5, 6.5);
            path.lineTo(6.5, 17.5);
            break;
        case Glyph::kStepForward:
            path.moveTo(17.5, 6.5);
            path.lineTo(17.5, 17.5);
            break;
        case Glyph::kLoop:
        case Glyph::kReuse:
            path.arcMoveTo(QRectF(5, 5, 14, 14), 60);
            path.arcTo(QRectF(5, 5, 14, 14), 60, 290);
            path.moveTo(15.4, 2.6);
            path.lineTo(15.6, 6);
            path.lineTo(12.2, 6.6);
            if (glyph == Glyph::kReuse) {
                path.moveTo(12, 8.8);
                path.lineTo(12, 12.2);
                path.lineTo(14.4, 13.6);
            }
            break;
        case Glyph::kDice:
            path.addRoundedRect(QRectF(4.5, 4.5, 15, 15), 3.6, 3.6);
            break;
        case Glyph::kFolder:
            path.moveTo(3.8, 17.6);
            path.lineTo(3.8, 6.6);
            path.lineTo(9.4, 6.6);
            path.lineTo(11.4, 8.8);
            path.lineTo(20.2, 8.8);
            path.lineTo(20.2, 17.6);
            path.closeSubpath();
            break;
        case Glyph::kClose:
            path.moveTo(6.5, 6.5);
            path.lineTo(17.5, 17.5);
            path.moveTo(17.5, 6.5);
            path.lineTo(6.5, 17.5);
            break;
        case Glyph::kWarning:
            triangle(path, {12, 3.8}, {21, 19.8}, {3, 19.8});
            path.moveTo(12, 9.6);
            path.lineTo(12, 13.6);
            break;
        case Glyph::kMenu:
            for (const qreal y : {7.0, 12.0, 17.0}) {
                path.moveTo(5, y);
                path.lineTo(19, y);
            }
            break;
        case Glyph::kTheme:
            path.addEllipse(QRectF(4.5, 4.5, 15, 15));
            break;
        case Glyph::kReady:
            path.moveTo(5, 12.6);
            path.lineTo(10, 17.4);
            path.lineTo(19, 7);
            break;
        case Glyph::kLock:
        case Glyph::kUnlock:
            path.addRoundedRect(QRectF(5.5, 10.8, 13, 9), 2, 2);
            path.moveTo(8.4, 10.6);
            path.lineTo(8.4, 7.8);
            path.arcTo(QRectF(8.4, 4.2, 7.2, 7.2), 180, glyph == Glyph::kLock ? -180 : -150);
            if (glyph == Glyph::kLock) path.lineTo(15.6, 10.6);
            break;
        case Glyph::kChip:
            path.addRoundedRect(QRectF(6.5, 6.5, 11, 11), 2, 2);
            for (const qreal at : {9.6, 14.4}) {
                path.moveTo(at, 3.4);
                path.lineTo(at, 6.3);
                path.moveTo(at, 17.7);
                path.lineTo(at, 20.6);
                path.moveTo(3.4, at);
                path.lineTo(6.3, at);
                path.moveTo(17.7, at);
                path.lineTo(20.6, at);
            }
            break;
        case Glyph::kBookmark:
            path.moveTo(7, 4.2);
            path.lineTo(17, 4.2);
            path.lineTo(17, 19.6);
            path.lineTo(12, 15.4);
            path.lineTo(7, 19.6);
            path.closeSubpath();
            break;
        case Glyph::kTrash:
            path.moveTo(4.6, 7);
            path.lineTo(19.4, 7);
            path.moveTo(9.4, 6.8);
            path.lineTo(9.4, 4.4);
            path.lineTo(14.6, 4.4);
            path.lineTo(14.6, 6.8);
            path.moveTo(6.6, 7.2);
            path.lineTo(7.4, 19.6);
            path.lineTo(16.6, 19.6);
            path.lineTo(17.4, 7.2);
            break;
        case Glyph::kOlder:
            path.moveTo(6.5, 14.5);
            path.lineTo(12, 9);
            path.lineTo(17.5, 14.5);
            break;
        case Glyph::kNewer:
            path.moveTo(6.5, 9.5);
            path.lineTo(12, 15);
            path.lineTo(17.5, 9.5);
            break;
        case Glyph::kReset:
            path.arcMoveTo(QRectF(5, 5.4, 14, 14), 150);
            path.arcTo(QRectF(5, 5.4, 14, 14), 150, -290);
            path.moveTo(5.2, 4.4);
            path.lineTo(5.4, 9.2);
            path.lineTo(10.2, 9);
            break;
        case Glyph::kAdd:
            path.moveTo(12, 5.5);
            path.lineTo(12, 18.5);
            path.moveTo(5.5, 12);
            path.lineTo(18.5, 12);
            break;
        case Glyph::kSwap:
            path.moveTo(4.5, 8.5);
            path.lineTo(18.5, 8.5);
            path.lineTo(15, 5);
            path.moveTo(19.5, 15.5);
            path.lineTo(5.5, 15.5);
            path.lineTo(9, 19);
            break;
        case Glyph::kSave:
        case Glyph::kExport: {
            const qreal way = glyph == Glyph::kSave ? 1 : -1;  // down into the tray, or up out of it
            path.moveTo(12, 9.2 - way * 5);
            path.lineTo(12, 9.2 + way * 5);
            path.moveTo(8, 9.2 + way);
            path.lineTo(12, 9.2 + way * 5);
            path.lineTo(16, 9.2 + way);
            path.moveTo(4.6, 15);
            path.lineTo(4.6, 19.4);
            path.lineTo(19.4, 19.4);
            path.lineTo(19.4, 15);
            break;
        }
        case Glyph::kFrame:  // the last picture of a film
            path.addRoundedRect(QRectF(3.8, 6.4, 9.4, 11.2), 2, 2);
            path.moveTo(16.4, 6.6);
            path.lineTo(16.4, 17.4);
            path.moveTo(20, 8.6);
            path.lineTo(20, 15.4);
            break;
        case Glyph::kActualSize:
            path.addRoundedRect(QRectF(3.6, 5.6, 16.8, 12.8), 2.4, 2.4);
            path.moveTo(7.4, 10);
            path.lineTo(8.6, 9.2);
            path.lineTo(8.6, 14.8);
            path.moveTo(15, 10);
            path.lineTo(16.2, 9.2);
            path.lineTo(16.2, 14.8);
            path.moveTo(12.2, 10.8);
            path.lineTo(12.2, 10.9);
            path.moveTo(12.2, 13.4);
            path.lineTo(12.2, 13.5);
            break;
        case Glyph::kFullScreen:
            for (const QPointF corner :
                 {QPointF(4.6, 5.6), QPointF(19.4, 5.6), QPointF(4.6, 18.4), QPointF(19.4, 18.4)}) {
                const qreal x = corner.x() < 12 ? 4.2 : -4.2, y = corner.y() < 12 ? 4.2 : -4.2;
                path.moveTo(corner + QPointF(x, 0));
                path.lineTo(corner);
                path.lineTo(corner + QPointF(0, y));
            }
            break;
        case Glyph::kCompare:
            path.addRoundedRect(QRectF(3.6, 6, 7.4, 12), 1.8, 1.8);
            path.addRoundedRect(QRectF(13, 6, 7.4, 12), 1.8, 1.8);
            break;
        case Glyph::kWipe:
            path.addRoundedRect(QRectF(3.6, 6, 16.8, 12), 1.8, 1.8);
            path.moveTo(12, 3.4);
            path.lineTo(12, 20.6);
            break;
        case Glyph::kGridOfNine:
            for (const qreal y : {4.4, 13.0})
                for (const qreal x : {4.4, 13.0})
                    path.addRoundedRect(QRectF(x, y, 6.6, 6.6), 1.5, 1.5);
            break;
        default:
            break;
    }
    return path;
}

class GlyphEngine : public QIconEngine {
  public:
    GlyphEngine(Glyph glyph, QPalette::ColorRole role) : glyph_(glyph), role_(role) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override {
        const auto group = mode == QIcon::Disabled ? QPalette::Disabled : QPalette::Active;
        const QColor color = QGuiApplication::palette().color(group, role_);
        const qreal side = std::min(rect.width(), rect.height());
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        painter->translate(rect.x() + (rect.width() - side) / 2, rect.y() + (rect.height() - side) / 2);
        painter->scale(side / kGridSize, side / kGridSize);
        painter->fillPath(solidPath(glyph_), color);
        painter->setPen(QPen(color, kPenWidth, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter->setBrush(Qt::NoBrush);
        painter->drawPath(linePath(glyph_));
        painter->restore();
    }
    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect(QPoint(), size), mode, state);
        return pixmap;
    }
    QIconEngine* clone() const override { return new GlyphEngine(*this); }

  private:
    Glyph glyph_;
    QPalette::ColorRole role_;
};
}  // namespace

QIcon makeIcon(Glyph glyph) {
    return QIcon(new GlyphEngine(glyph, QPalette::ButtonText));
}
QIcon makeIconOnAccent(Glyph glyph) {
    return QIcon(new GlyphEngine(glyph, QPalette::HighlightedText));
}

}  // namespace studio::ui

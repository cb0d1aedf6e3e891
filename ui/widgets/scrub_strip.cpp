#include "ui/widgets/scrub_strip.h"

#include <QLocale>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cstdint>

#include "ui/theme/theme.h"

namespace studio::ui {

namespace {
constexpr int kStripHeight = 40;
constexpr int kLargeHeight = 84;

/// Quick: a rough reduction to twice the size first, then a smooth one.
QImage reduced(const QImage& image, int height, qreal scale) {
    const int tall = std::max(1, int(height * scale));
    const QSize size(std::max(1, int(std::int64_t(image.width()) * tall / std::max(1, image.height()))), tall);
    QImage picture = image;
    if (image.height() > 4 * size.height()) picture = image.scaled(size * 2, Qt::IgnoreAspectRatio);
    picture = picture.scaled(size, Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
    picture.setDevicePixelRatio(scale);
    return picture;
}
}  // namespace

ScrubStrip::ScrubStrip(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("scrubStrip"));
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setFixedHeight(kHeight);
    hide();
}

void ScrubStrip::setClip(const FilmStripPtr& clip) {
    if (clip == clip_) return;
    clip_ = clip;
    small_.clear();
    if (!clip_) hide();
}

void ScrubStrip::point(int frame, double x) {
    if (!clip_) return;
    frame_ = std::clamp(frame, 0, int(clip_->frames.size()) - 1);
    x_ = x;
    show();
    raise();
    update();
}

const QImage& ScrubStrip::small(int frame, int height) {
    const int key = height == kLargeHeight ? -1 - frame : frame;
    QImage& kept = small_[key];
    if (kept.isNull()) kept = reduced(clip_->frames[std::size_t(frame)], height, devicePixelRatioF());
    return kept;
}

void ScrubStrip::paintEvent(QPaintEvent*) {
    if (!clip_) return;
    QPainter painter(this);
    painter.setRenderHints(QPainter::Antialiasing | QPainter::SmoothPixmapTransform);
    const int count = int(clip_->frames.size());
    const QSizeF shape = clip_->frames.front().size();
    const QRectF strip(0, height() - kStripHeight, width(), kStripHeight);
    QPainterPath outline;
    outline.addRoundedRect(strip, 6, 6);
    painter.save();
    painter.setClipPath(outline);
    painter.fillRect(strip, Qt::black);
    const qreal cell = std::max(24.0, kStripHeight * shape.width() / shape.height());
    const int cells = std::max(1, int(strip.width() / cell));
    const qreal wide = strip.width() / cells;
    for (int i = 0; i < cells; ++i) {
        const QImage& picture = small(std::min(count - 1, int((i + 0.5) / cells * count)), kStripHeight);
        const QSizeF size = QSizeF(picture.size()) / picture.devicePixelRatio();
        painter.setOpacity(0.55);
        painter.drawImage(QPointF(i * wide + (wide - size.width()) / 2, strip.top()), picture);
    }
    painter.restore();
    const QImage& large = small(frame_, kLargeHeight);
    const QSizeF size = QSizeF(large.size()) / large.devicePixelRatio();
    const qreal left = std::clamp(x_ - size.width() / 2, 2.0, std::max(2.0, width() - size.width() - 2));
    const QRectF box(QPointF(left, height() - size.height() - 3), size);
    painter.fillRect(box.adjusted(-2, -2, 2, 2), accentColor(palette()));
    painter.drawImage(box.topLeft(), large);
    const QString time = tr("%1 s").arg(QLocale().toString(frame_ / clip_->fps, 'f', 2));
    const QSizeF words(painter.fontMetrics().horizontalAdvance(time) + 10, painter.fontMetrics().height() + 2);
    const QRectF pill(QPointF(box.center().x() - words.width() / 2, box.bottom() - words.height() - 3), words);
    painter.setPen(Qt::NoPen);
    painter.setBrush(QColor(0, 0, 0, 170));
    painter.drawRoundedRect(pill, 4, 4);
    painter.setPen(Qt::white);
    painter.drawText(pill, Qt::AlignCenter, time);
}

}  // namespace studio::ui

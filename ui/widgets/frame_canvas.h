// ui/widgets/frame_canvas.h - paints one picture, or two to compare, on the calm ground of the stage.
#pragma once
#include <QImage>
#include <QWidget>

namespace studio::ui {

/// Threads   GUI thread.
class FrameCanvas : public QWidget {
    Q_OBJECT
  public:
    enum class Zoom { kFit, kActual };           // as large as it fits; one picture pixel on one pixel of the screen
    enum class Compare { kOff, kSides, kWipe };  // one picture; beside each other; the second one right of a line

    explicit FrameCanvas(QWidget* parent = nullptr);

    /// Null: the ground, with a soft placeholder of `shape` (width to height) while something is on its way.
    void setImage(const QImage& image);
    void setPlaceholder(QSize shape) { placeholder_ = shape; }
    /// The second picture of a comparison.
    void setOther(const QImage& image);
    void setCompare(Compare compare);
    Compare compare() const { return compare_; }
    /// Where the line stands, 0 (left edge) to 1.
    void setWipe(double share);
    double wipe() const { return wipe_; }
    void setZoom(Zoom zoom);
    Zoom zoom() const { return zoom_; }
    /// A few words in the corner of the picture, e.g. "Preview, step 2 of 4". Empty: none.
    void setBadge(const QString& badge);
    void setOtherBadge(const QString& badge);
    /// Where the picture is painted now; of a comparison beside each other the left one.
    QRectF pictureRect() const;
    QRectF otherRect() const;
    /// The line of a comparison by wiping, in this widget's coordinates.
    double wipeX() const;

    QSize minimumSizeHint() const override { return {240, 180}; }

  Q_SIGNALS:
    void clicked();        // left button, not the end of a drag
    void doubleClicked();  // left button
    void wipeMoved(double share);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

  private:
    enum class Drag { kNone, kPan, kWipe };

    QRectF roomOf(int side) const;
    QRectF placed(QSize shape, const QRectF& room) const;
    bool isCut(const QRectF& picture, const QRectF& room) const;
    void paintPicture(QPainter& painter, const QRectF& picture, const QRectF& room, const QImage& image) const;
    void paintBadge(QPainter& painter, QPointF corner, const QString& badge, bool is_right) const;
    void clampPan();

    QImage image_, other_;
    QSize placeholder_;
    QString badge_, other_badge_;
    Zoom zoom_ = Zoom::kFit;
    Compare compare_ = Compare::kOff;
    double wipe_ = 0.5;
    QPointF pan_;  // of the picture's middle from the room's, at actual size
    Drag drag_ = Drag::kNone;
    QPointF drag_from_, pan_from_;
    bool has_moved_ = false;
};

}  // namespace studio::ui

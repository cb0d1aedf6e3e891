// ui/widgets/frame_canvas.h - paints one picture as large as it fits, on the calm ground of the stage.
#pragma once
#include <QImage>
#include <QWidget>

namespace studio::ui {

/// Threads   GUI thread.
class FrameCanvas : public QWidget {
    Q_OBJECT
  public:
    explicit FrameCanvas(QWidget* parent = nullptr);

    /// Null: the ground, with a soft placeholder of `shape` (width to height) while something is on its way.
    void setImage(const QImage& image);
    void setPlaceholder(QSize shape) { placeholder_ = shape; }
    /// A few words in the corner of the picture, e.g. "Preview, step 2 of 4". Empty: none.
    void setBadge(const QString& badge);
    /// Where the picture is painted now, for tests.
    QRectF pictureRect() const;

    QSize minimumSizeHint() const override { return {240, 180}; }

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    QImage image_;
    QSize placeholder_;
    QString badge_;
};

}  // namespace studio::ui
